/** Runs once after all test files. */
import { tearDown } from './jest-setup.ts';

export default tearDown;
