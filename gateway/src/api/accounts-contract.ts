/** What the API says about accounts, sessions and the audit log. */
import { instantSchema } from '@xiaolaba/protocol';
import { z } from 'zod';
import { roles } from '../accounts/roles.js';

export const loginSchema = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{1,39}$/));
const nameSchema = z.string().trim().min(1).max(60);
const passwordSchema = z.string().min(1).max(1024);
const codeSchema = z.string().min(6).max(40);
const rolesSchema = z.array(z.enum(roles)).min(1).max(roles.length);
const secretSchema = z.string().min(20).max(100);

export const accountViewSchema = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  roles: z.array(z.enum(roles)),
  state: z.enum(['active', 'disabled']),
  /** False until its owner has set a password by a one-time link. */
  ready: z.boolean(),
  totp: z.boolean(),
  createdAt: instantSchema,
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** GET /api/people: whom the audit log speaks of. */
export const personSchema = z.object({ id: z.string(), name: z.string() });
export type PersonView = z.infer<typeof personSchema>;

export const sessionViewSchema = z.object({
  id: z.string(),
  createdAt: instantSchema,
  seenAt: instantSchema,
  address: z.string(),
  agent: z.string(),
  /** Whether it is the one that asks. */
  own: z.boolean(),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** GET /api/session: who is logged in. */
export const whoSchema = z.object({
  /** Absent where nobody is. */
  account: accountViewSchema.optional(),
  /** Goes with every change, as the header `x-xiaolaba-csrf`. */
  csrf: z.string().optional(),
  /** Until when what asks for a confirmation asks for none. */
  confirmedUntil: instantSchema.optional(),
  /** When the session is over if nothing more is done. */
  endsAt: instantSchema.optional(),
  /** Whether reading asks for no log-in. */
  openReading: z.boolean(),
});
export type Who = z.infer<typeof whoSchema>;

export const logInSchema = z.strictObject({
  login: z.string().min(1).max(100),
  password: passwordSchema,
  /** Where the answer was `totp-needed`: a code, or a recovery code. */
  code: codeSchema.optional(),
});
export const confirmSchema = z.union([
  z.strictObject({ password: passwordSchema }),
  z.strictObject({ code: codeSchema }),
]);
export const passwordChangeSchema = z.strictObject({ current: passwordSchema, next: passwordSchema });
export const codeBodySchema = z.strictObject({ code: codeSchema });
export const totpOfferSchema = z.object({ secret: z.string(), uri: z.string() });
export type TotpOffer = z.infer<typeof totpOfferSchema>;
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;

export const newAccountSchema = z.strictObject({ login: loginSchema, name: nameSchema, roles: rolesSchema });
export const accountChangeSchema = z.strictObject({
  name: nameSchema.optional(),
  roles: rolesSchema.optional(),
  state: z.enum(['active', 'disabled']).optional(),
});
/** Without a login: the link that makes the first administrator. */
export const newLinkSchema = z.strictObject({ login: loginSchema.optional(), withoutTotp: z.boolean().default(false) });
export const linkViewSchema = z.object({ link: z.string(), expiresAt: instantSchema });
export type LinkView = z.infer<typeof linkViewSchema>;

export const linkBodySchema = z.strictObject({ secret: secretSchema });
/** `login` where the link is for an account; where it is absent, the first administrator is to be named. */
export const linkForSchema = z.object({ login: z.string().optional() });
export type LinkFor = z.infer<typeof linkForSchema>;
export const linkUseSchema = z.strictObject({
  secret: secretSchema,
  password: passwordSchema,
  first: z.strictObject({ login: loginSchema, name: nameSchema }).optional(),
});

export const auditEntrySchema = z.object({
  seq: z.number().int(),
  at: instantSchema,
  /** `account/<id>`, `device/<id>`, `machine` or `nobody`. */
  who: z.string(),
  action: z.string(),
  object: z.string(),
  details: z.record(z.string(), z.unknown()),
  address: z.string(),
  agent: z.string(),
  outcome: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
/** GET /api/audit/verdict: whether every entry up to now is as it was written. */
export const auditVerdictSchema = z.object({
  /** Entries that hold. */
  entries: z.number().int(),
  hash: z.string(),
  broken: z.object({ seq: z.number().int(), fault: z.enum(['altered', 'unlinked', 'missing']) }).optional(),
  /** The entry up to which a signed head vouches. */
  head: z.object({ seq: z.number().int(), fault: z.enum(['forged', 'truncated', 'rewritten']).optional() }).optional(),
});
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;

/** GET /api/audit: the newest first; `before` asks for the page after the one that ended with it. */
export const auditQuerySchema = z.object({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  who: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  object: z.string().max(500).optional(),
  from: z.coerce.number().int().optional(),
  until: z.coerce.number().int().optional(),
});
