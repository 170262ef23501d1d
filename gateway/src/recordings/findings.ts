import { profiles, videoSchema, XiaolabaError } from '@xiaolaba/protocol';
import { z } from 'zod';
import { audioTargets, type Library, type RecordingFigures } from '../library/index.js';
import { pipelineVersion } from '../library/normalise.js';
import { figuresSchema } from '../library/recording-master.js';
import { videoPipelineVersion } from '../library/video.js';

const detailSchema = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional();
const refusalSchema = z.object({ code: z.string(), details: z.record(z.string(), detailSchema) });
export type Refused = z.infer<typeof refusalSchema>;

const renditionSchema = z.object({
  profile: z.enum(profiles),
  sha256: z.string(),
  bytes: z.number(),
  durationMs: z.number(),
  format: z.string(),
  lufs: z.number(),
  truePeakDb: z.number(),
});

/** What was found out about a recording or film, and by which version of the pipeline. */
export const findingsSchema = z.object({
  version: z.string(),
  figures: figuresSchema.optional(),
  renditions: z.array(renditionSchema).default([]),
  refusals: z.array(refusalSchema.extend({ profile: z.enum(profiles) })).default([]),
  video: videoSchema.optional(),
  refused: refusalSchema.optional(),
});
export type Findings = z.infer<typeof findingsSchema>;

export const findingsVersion = `${pipelineVersion}/${videoPipelineVersion}`;

const spoken = Object.values(audioTargets).map(({ profile }) => profile);

/** What devices will play of a recording, as rendered; figures where they are known from the file as it came. */
export async function recordingFindings(library: Library, path: string, known?: RecordingFigures): Promise<Findings> {
  const made = await library.render({ dialect: 'cmn', recordingPath: path }, spoken);
  if (made.kind !== 'rendered') throw new TypeError('a recording was taken for a text');
  return {
    version: findingsVersion,
    figures: known ?? (await library.measure(path)),
    renditions: [...made.renditions],
    refusals: made.refusals.map(({ profile, code, details }) => ({ profile, code, details: plain(details) })),
    ...(made.renditions.length > 0 ? {} : { refused: firstOf(made.refusals) }),
  };
}

export const videoFindings = async (library: Library, path: string): Promise<Findings> => ({
  version: findingsVersion,
  renditions: [],
  refusals: [],
  video: await library.renderVideo(path),
});

/** What nobody can use is known too. Whatever the file is not to blame for goes up. */
export function refusedFindings(error: unknown): Findings {
  if (!(error instanceof XiaolabaError) || error.family !== 'caller') throw error;
  const refused = { code: error.code, details: plain(error.details) };
  return { version: findingsVersion, renditions: [], refusals: [], refused };
}

const firstOf = (
  refusals: readonly { readonly code: string; readonly details: XiaolabaError['details'] }[],
): Refused => {
  const [first] = refusals;
  return { code: first?.code ?? 'rendition-loudness', details: plain(first?.details ?? {}) };
};

/** Details that can be kept: a path says where a file happened to lie. */
function plain({ path: _, ...details }: XiaolabaError['details']): Refused['details'] {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => detailSchema.safeParse(value).success),
  ) as Refused['details'];
}
