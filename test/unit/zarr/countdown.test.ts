import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Countdown } from "../../../src/zarr/countdown.js";

let ended: ReturnType<typeof vi.fn<() => void>>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  ended = vi.fn();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time goes on while no timer runs, as in a page that is frozen. */
function sleep(ms: number): void {
  const wakeAt = performance.now() + ms;
  vi.spyOn(performance, "now").mockImplementation(() => wakeAt);
}

it.each([300, 1000, 2500, 20_000])("ends once, after %i ms", (ms) => {
  new Countdown(ms, ended);
  vi.advanceTimersByTime(ms - 1);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(ended).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(10 * ms);
  expect(ended).toHaveBeenCalledOnce();
});

it("counts from anew after a restart", () => {
  const countdown = new Countdown(2500, ended);
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(2000);
    countdown.restart(2500);
  }
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2499);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1001);
  expect(ended).toHaveBeenCalledOnce();
});

it("is as exact when it is restarted with less", () => {
  const countdown = new Countdown(20_000, ended);
  vi.advanceTimersByTime(1100);
  countdown.restart(60);
  vi.advanceTimersByTime(59);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(ended).toHaveBeenCalledOnce();
});

it("does not count while it is paused", () => {
  const countdown = new Countdown(2500, ended);
  vi.advanceTimersByTime(1700);
  countdown.pause();
  vi.advanceTimersByTime(60_000);
  countdown.resume();
  vi.advanceTimersByTime(799);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2);
  expect(ended).toHaveBeenCalledOnce();
});

it("never ends once it is stopped", () => {
  const countdown = new Countdown(2500, ended);
  vi.advanceTimersByTime(1700);
  countdown.stop();
  vi.advanceTimersByTime(60_000);
  expect(ended).not.toHaveBeenCalled();
});

it("a page that slept for an hour has counted no more than two seconds of it", () => {
  new Countdown(20_000, ended);
  vi.advanceTimersByTime(3000);
  sleep(3_600_000);
  vi.advanceTimersToNextTimer();
  expect(ended).not.toHaveBeenCalled();
  vi.mocked(performance.now).mockRestore();
});
