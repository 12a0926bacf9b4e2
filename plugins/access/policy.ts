import type { LocalSocketAccess } from '../../plugin-sdk/index.js';
import { GroupMembers } from './members.js';
import { type Options, type Rule, compile, groupsOf, includes, sharedAccess } from './rules.js';

/** What the options come to. */
export class Policy {
  readonly members: GroupMembers;
  /** For a socket that leads to several instances. */
  readonly shared: LocalSocketAccess;
  readonly #rules: readonly Rule[];

  /** @throws ScrError */
  constructor(options: Options) {
    this.#rules = compile(options);
    this.members = new GroupMembers(groupsOf(this.#rules));
    this.shared = sharedAccess(this.#rules);
  }

  /** The first rule that fits. */
  ruleFor(monitorName = ''): Rule | undefined {
    return this.#rules.find((rule) => rule.matches(monitorName));
  }

  /** Whether the file of a socket that leads to several instances lets in some whom a rule keeps out. */
  get needsToKnowUsers(): boolean {
    return !this.#rules.every((rule) => includes(rule, this.shared));
  }
}
