import { type CheckId, checkIds } from '../check-ids.js';
import {
  assignmentExpired,
  assignmentForeignDevice,
  assignmentForeignGateway,
  assignmentRolledBack,
  unknownFields,
} from './assignments.js';
import type { Check } from './check.js';
import { beatRate, enrolment, helloFirst } from './connection.js';
import { blobChunks, blobCorrupt, blobResume, oversized } from './files.js';
import { garbage } from './garbage.js';
import { clockJump, offlinePlay } from './outages.js';
import { quietHours, volumeCap } from './permission.js';
import { approvedPlays, textShown, trigger } from './playing.js';
import { ackMissing, ackRepeated, recordChain } from './records.js';
import { releaseForeignKey, releaseForeignPlace, releaseRolledBack, releaseUnsigned } from './releases.js';
import { stopForged, stopOrder } from './stops.js';

const all: Readonly<Record<CheckId, Check>> = {
  enrolment,
  'hello-first': helloFirst,
  'beat-rate': beatRate,
  'approved-plays': approvedPlays,
  'text-shown': textShown,
  trigger,
  'release-unsigned': releaseUnsigned,
  'release-foreign-key': releaseForeignKey,
  'release-foreign-place': releaseForeignPlace,
  'release-rolled-back': releaseRolledBack,
  'assignment-foreign-device': assignmentForeignDevice,
  'assignment-foreign-gateway': assignmentForeignGateway,
  'assignment-expired': assignmentExpired,
  'assignment-rolled-back': assignmentRolledBack,
  'unknown-fields': unknownFields,
  oversized,
  'blob-corrupt': blobCorrupt,
  'blob-resume': blobResume,
  'blob-chunks': blobChunks,
  'quiet-hours': quietHours,
  'volume-cap': volumeCap,
  'clock-jump': clockJump,
  'offline-play': offlinePlay,
  'stop-order': stopOrder,
  'stop-forged': stopForged,
  'ack-missing': ackMissing,
  'ack-repeated': ackRepeated,
  'record-chain': recordChain,
  garbage,
};

export const checks: readonly Check[] = checkIds.map((id) => all[id]);
