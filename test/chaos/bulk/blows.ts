import { randomStream } from '../../../simulator/control/random.js';
import { outage } from '../servers.js';
import { type Scene, storm, until } from './scene.js';

/** Servers and processes to strike, each as soon as so much of the work is done. */
type Strike = 'worker' | 'temporal' | 'database';

/**
 * Blows that fall evenly over the work, counted by what the cloud has made: so many workers are killed, and Temporal and the database are
 * away once each.
 */
export async function strikeAll(scene: Scene, kills: number, isOver: () => boolean) {
  const { stage, targets, tell } = scene;
  const random = randomStream(scene.seed);
  const half = Math.floor(kills / 2);
  const workers = (count: number): Strike[] => Array.from({ length: count }, () => 'worker');
  const order: readonly Strike[] = [...workers(half), 'temporal', ...workers(kills - half), 'database'];
  const made = () => stage.simulator.journal().filter(({ action, committed }) => committed && /^Create/.test(action));
  const before = made().length;
  const toMake = targets.filter(({ fate }) => fate === 'well' || fate === 'slow').length - before;
  const fell: Strike[] = [];
  for (const [index, strike] of order.entries()) {
    const due = before + (toMake * (index + 1)) / (order.length + 2);
    if (!(await until(() => made().length >= due, isOver))) break;
    await stage.fleet.ready();
    const pids = stage.fleet.pids();
    const pid = strike === 'worker' ? (pids[Math.floor(random() * pids.length)] ?? 0) : stage.servers[strike].pid();
    if (strike === 'worker') await stage.fleet.kill(pid);
    else await outage(stage.servers[strike], () => undefined);
    fell.push(strike);
    tell(`${strike}: process ${pid} gone, ${made().length - before} of ${toMake} made`);
    storm(scene, false, index + 1);
  }
  return { fell, neverFell: order.slice(fell.length).map((strike) => `${strike}: it was over before it fell`) };
}
