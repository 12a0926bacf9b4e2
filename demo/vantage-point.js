import { SimScamper, answering } from 'sc-remoted/plugin-sdk/testing';
import { farAway } from './far-away.js';

/** scamper says this often that it is still there, in milliseconds. */
const KEEPALIVE = 20_000;
/** How long a made-up measurement takes in milliseconds. */
const MEASURING = 400;

/** A simulated scamper with a place in the world: what it says takes the time of the way. */
export class VantagePoint {
  #scamper;
  #place;
  #dial;
  #port = 40_000;

  /** @param dial makes a connection that comes from this peer */
  constructor(place, dial) {
    this.#place = place;
    this.#dial = dial;
    setInterval(() => this.#scamper?.keepalive(), KEEPALIVE).unref();
  }

  get name() {
    return this.#place.name;
  }

  /** Dials in as a scamper that was just started, with -M and a name. */
  async attach() {
    const options = { monitorName: this.name, script: this.#script() };
    this.#scamper = new SimScamper(this.#connection(), options);
    await this.#scamper.attach();
  }

  /** Loses its connection. */
  cut() {
    this.#scamper.cut();
  }

  /** Comes back and goes on; as a new one where it was away for too long. */
  async comeBack() {
    if (!(await this.#scamper.resume(this.#connection()))) await this.attach();
  }

  #connection() {
    const { address, roundTrip } = this.#place;
    return farAway(this.#dial({ kind: 'ip', address, port: this.#port++ }), roundTrip / 2);
  }

  /** Text where scamper sends warts. */
  #script() {
    const { name, roundTrip } = this.#place;
    const script = answering((line) => `${name} pretends: "${line}" was answered in ${roundTrip} ms`);
    return {
      ...script,
      line: (...line) => void setTimeout(() => script.line(...line), MEASURING).unref(),
    };
  }
}
