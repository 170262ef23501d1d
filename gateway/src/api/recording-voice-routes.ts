import { callerError } from '@xiaolaba/protocol';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { previewItem, reasonOf } from '../recordings/item-preview.js';
import { type Guards, tokenSecurity } from './authorise.js';
import type { ApiContext } from './context.js';
import { problemSchema } from './contract.js';
import { problemText } from './messages.js';
import {
  type ItemPreview,
  itemPreviewRequestSchema,
  itemPreviewSchema,
  type SpeechView,
  speechRequestSchema,
  speechSchema,
  type VoicesView,
  voicesSchema,
} from './recording-contract.js';

/** Who can say what, what a text sounds like, and how an item comes out where it is meant for. */
export function voiceRoutes(app: FastifyInstance, context: ApiContext, guards: Guards): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const security = tokenSecurity;
  const { content, library } = context;
  const held = () => {
    const present = content.held();
    const model = content.model();
    if (!present || !model) throw callerError('content-missing', 'no content has been imported');
    return { present, model };
  };
  const reasonView = (code: string, details: Parameters<typeof problemText>[1] = {}) => ({
    code,
    message: problemText(code, details),
  });

  routes.get(
    '/api/voices',
    { ...guards.role('editor', 'approver'), schema: { security, response: { 200: voicesSchema, 422: problemSchema } } },
    async (): Promise<VoicesView> => {
      const { present, model } = held();
      const { engines, problems } = await library.voiceReport();
      // An engine that is missing is told of as such; it must not hide the rest.
      const voices = await library.voices().catch(() => []);
      const versions = present.campaigns.flatMap(({ items }) => items.flatMap(({ audio }) => audio));
      const spoken = new Map<string, { places: number; people: number }>();
      for (const { dialects, people } of model.places.values())
        for (const dialect of dialects) {
          const sum = spoken.get(dialect) ?? { places: 0, people: 0 };
          spoken.set(dialect, { places: sum.places + 1, people: sum.people + people });
        }
      return {
        dialects: [...spoken]
          .map(([dialect, at]) => {
            const recordings = versions.filter((one) => one.dialect === dialect && one.recording !== undefined).length;
            const voice = voices.find((one) => one.dialect === dialect);
            if (!voice) return { dialect, ...at, recordings, reason: reasonView('speech-no-voice', { dialect }) };
            return {
              dialect,
              ...at,
              recordings,
              voice: { engine: voice.engine ?? ('espeak-ng' as const), name: voice.voice },
            };
          })
          .sort((a, b) => b.people - a.people || b.places - a.places || (a.dialect < b.dialect ? -1 : 1)),
        engines: engines.map(({ engine, state, code, details }) => ({
          engine,
          state,
          ...(code === undefined ? {} : { reason: reasonView(code, details) }),
        })),
        problems: problems.map(({ file, field, code, details }) => ({
          file,
          ...(field === undefined ? {} : { field }),
          ...reasonView(code, details),
        })),
      };
    },
  );

  routes.post(
    '/api/speech',
    {
      ...guards.role('editor'),
      schema: { security, body: speechRequestSchema, response: { 200: speechSchema, 422: problemSchema } },
    },
    async ({ body }): Promise<SpeechView> => {
      const made = await library.speak(body.text, body.dialect);
      if (made.kind === 'unavailable') {
        const { code, details } = reasonOf(made);
        throw callerError(code, 'nobody can say this', details);
      }
      const { voice, spoken, sha256, bytes, durationMs, lufs, truePeakDb } = made;
      const engine = voice.engine ?? 'espeak-ng';
      return { dialect: body.dialect, engine, voice: voice.voice, spoken, sha256, bytes, durationMs, lufs, truePeakDb };
    },
  );

  routes.post(
    '/api/items/preview',
    {
      ...guards.role('editor', 'approver'),
      config: { onlyLooks: true },
      schema: { security, body: itemPreviewRequestSchema, response: { 200: itemPreviewSchema, 422: problemSchema } },
    },
    async ({ body }): Promise<ItemPreview> => {
      const { present, model } = held();
      const { item, slotSeconds } = body;
      const { 'police-stations': policeStations, ...audience } = body.audience;
      const preview = await previewItem(
        { text: item.text, audio: item.audio.map(given) },
        given({ ...audience, policeStations }),
        present,
        model,
        library,
      );
      const fits = (seconds: number | undefined) =>
        slotSeconds === undefined || seconds === undefined ? {} : { fitsSlot: seconds <= slotSeconds };
      return {
        places: preview.places,
        people: preview.people,
        ...(slotSeconds === undefined ? {} : { slotSeconds }),
        audio: preview.audio.map(({ reason, tooLongFor, ...version }) => ({
          ...version,
          ...(reason ? { reason: reasonView(reason.code, reason.details) } : {}),
          ...fits(version.seconds),
          tooLongFor: [...tooLongFor],
        })),
        signs: preview.signs.map(({ sign, count, fitted }) => {
          const { text, columnsNeeded, fitsStill, secondsPerPass, refused, bytes } = fitted;
          const missing = [...new Set(fitted.missing.map(({ char }) => char))];
          const details = { characters: missing.join(' '), bytes, rows: sign.rows };
          return {
            ...sign,
            signs: count,
            text,
            columnsNeeded,
            fitsStill,
            seconds: secondsPerPass,
            ...fits(fitsStill ? 0 : secondsPerPass.slow),
            missing,
            ...(refused === undefined ? {} : { refused: reasonView(refused, details) }),
          };
        }),
      };
    },
  );
}

/** Without the fields that nobody filled in. */
const given = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
