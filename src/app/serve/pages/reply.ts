import type { Reply } from '../../../host/index.ts';
import { contentSecurityPolicy, type Frame, type Message, messagePage } from '../../../pages/index.ts';

/** Of every answer, also of refusals. Caching is off already, and so is guessing at types. */
export function safeHeaders(): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(),
    'x-frame-options': 'DENY',
    // `no-referrer` would also make browsers hide the origin of our own forms.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-robots-tag': 'noindex, nofollow',
  };
}

export function markup(body: string, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, body, contentType: 'text/html; charset=utf-8', headers: { ...safeHeaders(), ...headers } };
}

/** After a form: the browser asks for a page of ours, so that loading it again sends nothing twice. */
export function seeOther(location: string, headers: Record<string, string> = {}): Reply {
  return markup('', 303, { location, ...headers });
}

export function say(
  frame: Frame,
  status: number,
  message: Message,
  headers: Record<string, string> = {},
): Reply {
  return markup(messagePage(frame, message), status, headers);
}

export function refusal(title: string, text: string, hint: string | null = null): Message {
  return { title, text, hint, tone: 'bad', back: null };
}
