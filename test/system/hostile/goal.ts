/** A goal that always asks the model, as an operator would have it. */
export function goalText(probes: readonly string[], autonomy: 'propose' | 'full' = 'propose'): string {
  return `---
description: Look.
probes: [${probes.join(', ')}]
tools: [Bash, Read]
autonomy: ${autonomy}
gate: always
---
Look.
`;
}

/** A probe that always finds something wrong. `extra`: lines of its file. */
export function wrongProbe(extra = ''): string {
  return `describe: What is wrong
${extra}run: [cat, /etc/hostname]
parse: lines
facts: { names: output }
rules:
  - id: wrong
    when: size(names) > 0
    severity: critical
    class: advisory
    cooldown: 1h
    say: Something is wrong
    examples: [{ facts: { names: [a] }, finds: [host] }, { facts: { names: [] }, finds: [] }]
`;
}
