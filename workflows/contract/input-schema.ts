import { z } from 'zod';
import { isOfLength, refusedCharacter } from '../../cloud/text.js';

/** Shortest deadline that leaves time for one look and one change, and the longest that a caller should wait; ms. */
export const deadlineBoundsMs = { min: 1_000, max: 7 * 24 * 3_600_000 } as const;

/** Text of so many characters, counted as JSON Schema counts them, without controls. @param lines whether it may have lines */
export const textOf = (least: number, most: number, error: string, lines = false) =>
  z
    .string(error)
    .refine((text) => isOfLength(text, least, most) && refusedCharacter(text, lines) === undefined, {
      error,
      abort: true,
    })
    .meta({ minLength: least, maxLength: most });

const text = textOf(1, 256, 'must be 1 to 256 characters');
/** A pattern with its characters beyond ASCII as they are: `\u0000` is no escape in every language. */
const literally = ({ source }: RegExp): string =>
  source.replace(/\\u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

const why = 'must be 1 to 1024 characters';
const flag = z.boolean('must be true or false').optional();

const options = z.strictObject({
  adopt: flag,
  takeOver: flag,
  onExisting: z.enum(['conflict', 'alongside'], 'must be conflict or alongside').optional(),
  surplus: z.enum(['report', 'remove'], 'must be report or remove').optional(),
  requireDelivery: flag,
  rollback: flag,
  openService: flag,
  deadlineMs: z
    .int('must be a whole number of ms')
    .min(deadlineBoundsMs.min, `must be at least ${deadlineBoundsMs.min} ms`)
    .max(deadlineBoundsMs.max, `must be at most ${deadlineBoundsMs.max} ms (7 days)`)
    .optional(),
});

/** {@link OperationOptions}, as a caller in any language writes them. A function for the reason given at `targetSchema`. */
export const optionsSchema = () => options;

const asking = { requestedBy: text, reason: textOf(1, 1024, why, true).optional() };

/** Requester and reason, as fields of every input. A function for the reason given at `targetSchema`. */
export const inputText = () => asking;

const whyNeeded = 'must be 1 to 1024 characters and more than blanks';
/** Every character that is no blank. Spelled out: `\S` means something else in each language. */
const notBlank = /[^\t\n\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/;
const requiredReason = textOf(1, 1024, whyNeeded, true)
  .refine((reason) => notBlank.test(reason), whyNeeded)
  .meta({ minLength: 1, maxLength: 1024, pattern: literally(notBlank) });

/** A reason where one is needed: it stays on the record with who gave it. A function for the reason given at `targetSchema`. */
export const neededReasonSchema = () => requiredReason;

const inputShape = { ...asking, options: options.optional() };
/** Everything but target and spec; those are told apart by product. */
const envelope = z.strictObject({ target: z.unknown(), spec: z.unknown().optional(), ...inputShape });
export const envelopeSchema = () => envelope;

/** Rule for the uid of an account, where no name is taken. */
export const uidRule = "must be the account's uid, digits only, as a string";

/** A count: a whole number, 0 or more. A function for the reason given at `targetSchema`. */
export const wholeCount = () => z.int('must be a whole number').min(0, 'must be at least 0');
