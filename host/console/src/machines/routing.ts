// An alias's routing: which one or two versions it names, and the percentage of new executions that each gets.
// Source: AWS API Reference, "RoutingConfigurationListItem"; the weights of both add up to 100.

export interface Route {
  readonly stateMachineVersionArn: string;
  /** Of new executions, in percent. */
  readonly weight: number;
}

/** What a form has of a routing. Versions are ARNs; `second` is empty where there is one. */
export interface Shares {
  readonly first: string;
  readonly second: string;
  /** What the first gets, in percent, as it is typed. */
  readonly share: string;
}

export function sharesOf(routes: readonly Route[]): Shares {
  const [first, second] = routes;
  return {
    first: first?.stateMachineVersionArn ?? "",
    second: second?.stateMachineVersionArn ?? "",
    share: String(first?.weight ?? 100),
  };
}

/** The routing, or what is wrong with what was typed. */
export function routingOf({
  first,
  second,
  share,
}: Shares): readonly Route[] | { problem: string } {
  if (first === "") return { problem: "Choose a version" };
  if (second === "") return [{ stateMachineVersionArn: first, weight: 100 }];
  if (second === first) return { problem: "Choose two versions, or none as the second" };
  const weight = Number(share);
  if (share.trim() === "" || !Number.isInteger(weight) || weight < 0 || weight > 100)
    return { problem: "The share is a whole number from 0 to 100" };
  return [
    { stateMachineVersionArn: first, weight },
    { stateMachineVersionArn: second, weight: 100 - weight },
  ];
}

/** With a new version at this share, in percent; the version that had most so far keeps the rest. */
export function shifted(
  before: readonly Route[],
  version: string,
  share: number,
): readonly Route[] {
  const others = before.filter((route) => route.stateMachineVersionArn !== version);
  const [most] = others.toSorted((a, b) => b.weight - a.weight);
  if (share >= 100 || !most) return [{ stateMachineVersionArn: version, weight: 100 }];
  return [
    { stateMachineVersionArn: version, weight: share },
    { ...most, weight: 100 - share },
  ];
}
