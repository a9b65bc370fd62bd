/** What stands out in a line of some languages that operators read. Not parsers: nothing spans two lines. */
const JSON_LINE =
  /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\]|\\.)*"?)|(?<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<keyword>\b(?:true|false|null)\b)|(?<comment>\/\/.*$)/g;

const YAML_LINE =
  /(?<comment>(?:^|(?<=\s))#.*$)|(?<key>^\s*(?:- )*[\w./@"' -]*?\w["']?(?=:(?:\s|$)))|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(?<variable>[&*][\w-]+|!{1,2}[\w-]+|\$\{[^}]*\})|(?<keyword>(?<=[:-]\s+)(?:true|false|null|yes|no|~)(?=\s*(?:#|$)))|(?<number>(?<=[:-]\s+)-?\d+(?:\.\d+)?(?=\s*(?:#|$)))/g;

const NIX_LINE =
  /(?<comment>#.*$)|(?<string>"(?:[^"\\]|\\.)*"?|''(?:[^'])*(?:'')?)|(?<variable>\$\{[^}]*\})|(?<keyword>\b(?:let|in|with|inherit|if|then|else|rec|assert|or|import|true|false|null)\b)|(?<key>[\w.'-]+(?=\s*=(?!=)))|(?<number>\b\d+\b)/g;

const TOML_LINE =
  /(?<comment>[#;].*$)|(?<keyword>^\s*\[[^\]]*\]+)|(?<key>^\s*[\w."-]+(?=\s*=))|(?<string>"(?:[^"\\]|\\.)*"?|'[^']*'?)|(?<number>(?<==\s*)-?\d[\d_.]*\b)/g;

const GRAMMARS: Record<string, RegExp> = {
  json: JSON_LINE,
  jsonc: JSON_LINE,
  jsonl: JSON_LINE,
  yaml: YAML_LINE,
  yml: YAML_LINE,
  nix: NIX_LINE,
  toml: TOML_LINE,
  ini: TOML_LINE,
  systemd: TOML_LINE,
  hcl: NIX_LINE,
  nomad: NIX_LINE,
  terraform: NIX_LINE,
};

export function grammarOf(language: string): RegExp | null {
  return Object.hasOwn(GRAMMARS, language) ? (GRAMMARS[language] ?? null) : null;
}
