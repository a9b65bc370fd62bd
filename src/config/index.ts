export { settingsJsonSchema, settingsReference } from './describe-settings.ts';
export { editSettings } from './edit-settings.ts';
export { configFolder, type LoadedSettings, loadSettings, type SettingsInput } from './load-settings.ts';
export { readApiKey, stateFolder } from './locations.ts';
export type { ProviderSettings, Settings } from './settings-table.ts';
