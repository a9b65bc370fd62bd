import { row } from './setting-row.ts';
import { map, text, type ValueType } from './value-type.ts';

/** Variables that say where a service is. Names of secrets are not among them: a secret is not a setting. */
const ENDPOINT_VARIABLES = [
  'NOMAD_ADDR',
  'NOMAD_NAMESPACE',
  'NOMAD_REGION',
  'NOMAD_CACERT',
  'NOMAD_CAPATH',
  'NOMAD_CLIENT_CERT',
  'NOMAD_CLIENT_KEY',
  'NOMAD_TLS_SERVER_NAME',
  'CONSUL_HTTP_ADDR',
  'CONSUL_HTTP_SSL',
  'CONSUL_CACERT',
  'CONSUL_CAPATH',
  'CONSUL_CLIENT_CERT',
  'CONSUL_CLIENT_KEY',
  'CONSUL_NAMESPACE',
  'CONSUL_TLS_SERVER_NAME',
  'CONSUL_HTTP_TOKEN_FILE',
  'VAULT_ADDR',
  'VAULT_CACERT',
  'VAULT_NAMESPACE',
  'KUBECONFIG',
  'DOCKER_HOST',
  'CONTAINER_HOST',
  'INCUS_REMOTE',
  'RESTIC_REPOSITORY',
  'RESTIC_PASSWORD_FILE',
  'BORG_REPO',
  'PGHOST',
  'PGPORT',
  'PGUSER',
  'PGDATABASE',
  'PGPASSFILE',
  'ETCDCTL_ENDPOINTS',
] as const;

/** What the programs that steward runs are told. */
export const ENVIRONMENT_ROWS = {
  environment: row(
    map(variable(), ENDPOINT_VARIABLES),
    {},
    'by-name',
    'never',
    null,
    'Variables for the commands steward runs: where a service is, never a secret.',
  ),
};

/** Ports are numbers in YAML; a variable is text. */
function variable(): ValueType<string> {
  const plain = text();
  return {
    ...plain,
    jsonSchema: { type: ['string', 'number'] },
    read: (raw, context) => plain.read(typeof raw === 'number' ? String(raw) : raw, context),
  };
}
