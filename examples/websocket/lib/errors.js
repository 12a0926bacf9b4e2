// @ts-check
import { defineErrors } from 'sc-remoted/plugin-sdk';

export const errors = defineErrors({
  SCR_WEBSOCKET_LISTEN: [
    'this is not an address to listen on',
    'write port, ip:port or [ip6]:port, with a port from 0 to 65535',
  ],
  SCR_WEBSOCKET_PORT: ['the port cannot be listened on', 'see the cause: use another port, or stop who has it'],
  SCR_WEBSOCKET_PROXY: ['this is not an address or prefix', 'write addresses such as 127.0.0.1 or 10.0.0.0/8'],
  SCR_WEBSOCKET_FILE: ['the file cannot be read', 'check the path and its permissions'],
  SCR_WEBSOCKET_TLS: [
    'these files cannot be used for TLS',
    'give the PEM files of one pair, the key without a passphrase; ca holds certificates',
  ],
});
