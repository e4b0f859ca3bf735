/** The two gateways, and the load balancer in front of them. */
import type { GatewayName } from '../workload/plan.ts';
import type { RunningGateway } from './start.ts';

export interface GatewayPair {
  /** `undefined` while it is down. */
  get(name: GatewayName): RunningGateway | undefined;
  /** Takes a gateway out of service. */
  down(name: GatewayName): void;
  /** Starts a gateway, again or for the first time. */
  start(name: GatewayName): RunningGateway;
  /** Where the load balancer sends what was meant for `name`: to the other one, when that is down. */
  route(name: GatewayName): GatewayName;
  /** Whether both are there and neither is in a turn. */
  isQuiet(): boolean;
  /** Fulfilled when all that were started look into the inbox. */
  ready(): Promise<unknown>;
}

const OTHER: Readonly<Record<GatewayName, GatewayName>> = { 'gateway-a': 'gateway-b', 'gateway-b': 'gateway-a' };

export const startPair = (startGateway: (name: GatewayName) => RunningGateway): GatewayPair => {
  const running = new Map<GatewayName, RunningGateway>();
  const pair: GatewayPair = {
    get: (name) => running.get(name),
    down: (name) => void running.delete(name),
    start(name) {
      const gateway = startGateway(name);
      running.set(name, gateway);
      return gateway;
    },
    route: (name) => (running.has(name) ? name : OTHER[name]),
    isQuiet: () => running.size === 2 && [...running.values()].every(({ turnsUnderWay }) => turnsUnderWay.size === 0),
    ready: () => Promise.all([...running.values()].map(({ ready }) => ready)),
  };
  pair.start('gateway-a');
  pair.start('gateway-b');
  return pair;
};
