/** What a call touches, resolved: never "whatever the environment points at". */
export interface Target {
  kind: 'host' | 'unit' | 'path' | 'endpoint' | 'none';
  /** e.g. `nuc1`, `postgresql.service`, `/etc/nixos/nfs.nix`, `https://consul.lan:8501` */
  name: string;
}
