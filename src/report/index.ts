export { type ReportFacts, reportText } from './report-text.ts';
