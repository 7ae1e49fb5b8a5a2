// What `report` alone needs. The built program has it in a file of its own, so that no other verb has to read it.
export { makeReport, type Rendered, type ReportInput, renderPage } from "../report/render";
