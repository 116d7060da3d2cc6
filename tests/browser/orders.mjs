// A workflow that charges orders, and orders that it gets: some are paid, one is declined.
import { machine, run } from "./kit.mjs";

export const CHARGE_ORDERS = {
  Comment: "Charges an order, and packs what is in it.",
  StartAt: "Receive order",
  States: {
    "Receive order": { Type: "Pass", Next: "Charge the card" },
    "Charge the card": {
      Type: "Task",
      Resource: "plugin:charge-payment",
      Parameters: {
        "orderId.$": "$.orderId",
        "amountCents.$": "$.amountCents",
        "currency.$": "$.currency",
        "token.$": "$.token",
      },
      ResultPath: "$.payment",
      Retry: [{ ErrorEquals: ["Payment.GatewayUnavailable"], IntervalSeconds: 1, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ["Plugin.InvalidInput"], ResultPath: "$.problem", Next: "Refuse" }],
      Next: "Pack",
    },
    Pack: {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: { StartAt: "Wrap", States: { Wrap: { Type: "Pass", End: true } } },
      ResultPath: "$.packed",
      Next: "Shipped",
    },
    Refuse: { Type: "Fail", Error: "Order.Refused", Cause: "the order does not say what to charge" },
    Shipped: { Type: "Succeed" },
  },
};

export const order = (number, token) => ({
  orderId: `NK-${number}`,
  amountCents: 12_900 + number,
  currency: "EUR",
  token,
  items: [{ sku: "TENT-SKARV-3" }, { sku: "MAT-MOSE" }],
});

export const DECLINED = "tok_amex_0002_insufficient-funds";
export const GOOD = "tok_visa_4242";

/** Orders of which the one with the name `order-7` is declined. */
export async function place(name) {
  const arn = await machine(name, CHARGE_ORDERS);
  const arns = new Map();
  for (let number = 1; number <= 12; number += 1) {
    const token = number === 7 ? DECLINED : GOOD;
    arns.set(number, await run(arn, `order-${number}`, order(number, token)));
  }
  return { arn, arns };
}
