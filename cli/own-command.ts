import { Command } from 'commander';

/** A command of ours, whose mistakes are told with its usage. @param speaker what stands in front of a mistake */
export function ownCommand(name: string, usage: string, description: string, speaker = `sc-remoted ${name}`): Command {
  return new Command(`sc-remoted ${name}`)
    .usage(usage)
    .description(description)
    .helpOption('-?, --help', 'print this and exit')
    .showSuggestionAfterError(false)
    .showHelpAfterError(`usage: sc-remoted ${name} ${usage}`)
    .configureOutput({ outputError: (message, write) => write(message.replace(/^error/, speaker)) })
    .exitOverride();
}
