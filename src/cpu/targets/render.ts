/** What a target array of one sample is rendered with. */
export { transformTargetInSteps } from "./chain.js";
export { joinChannels } from "./volume.js";
