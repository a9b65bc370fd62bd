export { approvalNotices } from './approval-notice.ts';
export { CHANNEL_KINDS, type Channel, type SendResult } from './channel.ts';
export { type ChannelSettings, createChannel } from './create-channels.ts';
export { digestNotice } from './digest-notice.ts';
export {
  escalationNotice,
  type IncidentTold,
  incidentNotice,
  incidentSeverity,
  incidentThread,
  isUnanswered,
} from './incident-notice.ts';
export type { Entry, Leg } from './legs.ts';
export type { Line, Notice, Piece } from './notice.ts';
export { createOutbox, idOf, type Outbox, type Thread } from './outbox.ts';
export { plainBody, plainLine } from './render.ts';
export { DIGEST, type RouteRules, routeNotice } from './route.ts';
export { type LastSaid, runNotice, runThread } from './run-notice.ts';
export { deedOf, type RunStory, storyOf } from './run-story.ts';
export { createSender, type Sender } from './sender.ts';
export type { Scene } from './words.ts';
