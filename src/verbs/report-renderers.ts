// What only `report` needs. In the built program it is a separate file, so that other verbs need not load it.
export {
  type Choice,
  chooseTables,
  makeReport,
  type Rendered,
  type ReportFormat,
  type ReportInput,
  renderReport,
} from "../report/render";
