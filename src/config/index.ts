export { settingsJsonSchema, settingsReference } from './describe-settings.ts';
export { configFolder, type LoadedSettings, loadSettings, type SettingsInput } from './load-settings.ts';
export { readApiKey, stateFolder } from './locations.ts';
export type { Origin } from './merge-levels.ts';
export {
  ENDPOINT_VARIABLES,
  type ProviderSettings,
  type SettingKey,
  type Settings,
} from './settings-table.ts';
