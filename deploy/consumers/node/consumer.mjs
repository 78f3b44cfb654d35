// Shows Pricetide's prices, and acknowledges them.
import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";

const { KAFKA = "localhost:9092", PRICES = "price-changes", ACKS = "price-acks" } = process.env;
const kafka = new Kafka({ brokers: KAFKA.split(","), logLevel: logLevel.ERROR });
const shown = new Map(); // offer → revision: in a shop, columns beside the price

const producer = kafka.producer({ idempotent: true });
// a new group at each start reads the newest price of every offer; committed records only, which
// is this client's default
const consumer = kafka.consumer({ groupId: `webshop-${randomUUID()}`, readUncommitted: false });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: PRICES, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const change = JSON.parse(message.value);
    const offer = JSON.stringify([change.sku, change.channel]);
    if (change.revision <= (shown.get(offer) ?? -1)) return;
    shown.set(offer, change.revision);
    // the price is text: exact decimals, which JavaScript's numbers are not
    console.log(`${change.sku} ${change.channel} ${change.price}`);
    const ack = {
      event_id: `${change.decision_id}/applied`,
      decision_id: change.decision_id,
      sku: change.sku,
      channel: change.channel,
      status: "applied",
      price: change.price,
      currency: change.currency,
      time: new Date().toISOString(),
    };
    await producer.send({ topic: ACKS, messages: [{ key: change.sku, value: JSON.stringify(ack) }] });
  },
});
