// What `report` alone needs. The built program has it in a file of its own, so that no other verb has to read it.
export {
  type Choice,
  chooseTables,
  makeReport,
  type Rendered,
  type ReportFormat,
  type ReportInput,
  renderReport,
} from "../report/render";
