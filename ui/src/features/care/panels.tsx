/** Panels for the page of a customer. Each takes `customerId`: any id that leads to the customer. */
export { CustomerFiles } from "./CustomerFiles";
export { CustomerNotes } from "./CustomerNotes";
export { CustomerTags } from "./CustomerTags";
export { CustomerTasks } from "./CustomerTasks";
export { HandOverForm } from "./HandOverForm";
