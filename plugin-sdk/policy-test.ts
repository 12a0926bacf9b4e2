import type { ClientOrigin } from '../core/contract/views.js';
import { defineService } from './define-service.js';

/** A command that somebody might send. */
export interface PolicyQuestion {
  /** The command, without its line end. */
  readonly line: string;
  /** Of the scamper that it would be for. */
  readonly monitorName: string | undefined;
  readonly origin: ClientOrigin;
}

/** What would become of it. */
export interface PolicyAnswer {
  /** As far as it can be told beforehand: `rate` and `running` are not counted. */
  readonly allowed: boolean;
  /** `rule`; `noProbe`, the list; `otherwise`, because no rule fits; `command`, where it is none, or one that is always allowed. */
  readonly decidedBy: 'rule' | 'noProbe' | 'otherwise' | 'command';
  /** The first rule that fits: its name, or its number. */
  readonly rule: string | undefined;
  /** Why it is refused, in the words that the client is told. */
  readonly reason: string | undefined;
  /** What it would be counted for. */
  readonly rate?: { readonly commands: number; readonly seconds: number; readonly each: string } | undefined;
  readonly running?: { readonly measurements: number; readonly each: string } | undefined;
}

/** Tells what a policy would decide, and why, without anything being sent or counted. */
export interface PolicyTest {
  decide(question: PolicyQuestion): PolicyAnswer;
}

/** Offered by the plugin `policy`, or another one in its place; it knows its rules when handlers of `start` behind it run. */
export const policyTest = defineService<PolicyTest>('policy-test');
