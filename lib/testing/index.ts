export { getRecordsOutput } from './get-records-output';
export { lambdaEvent } from './lambda-event';
export { userRecordsOf } from './user-records-of';
