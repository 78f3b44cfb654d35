import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Shows Pricetide's prices, and acknowledges them. */
public class PriceConsumer {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        String prices = variable("PRICES", "price-changes");
        String kafka = variable("KAFKA", "localhost:9092");
        Map<String, Object> reading = Map.of(
            "bootstrap.servers", kafka, "isolation.level", "read_committed");
        Map<String, Object> writing = Map.of("bootstrap.servers", kafka);
        // in a shop, columns beside the price
        Map<List<String>, Long> shown = new HashMap<>();
        try (
            var consumer = new KafkaConsumer<>(
                reading, new StringDeserializer(), new StringDeserializer());
            var producer = new KafkaProducer<>(
                writing, new StringSerializer(), new StringSerializer())
        ) {
            // without a group, each start reads the newest price of every offer
            consumer.assign(consumer.partitionsFor(prices).stream()
                .map(each -> new TopicPartition(each.topic(), each.partition())).toList());
            consumer.seekToBeginning(consumer.assignment());
            while (true) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    JsonNode change = JSON.readTree(record.value());
                    var offer = List.of(text(change, "sku"), text(change, "channel"));
                    long revision = change.get("revision").asLong();
                    if (revision <= shown.getOrDefault(offer, -1L)) {
                        continue;
                    }
                    shown.put(offer, revision);
                    System.out.println(
                        offer.get(0) + " " + offer.get(1) + " " + text(change, "price"));
                    producer.send(new ProducerRecord<>(
                        variable("ACKS", "price-acks"), offer.get(0), acknowledgement(change)));
                }
                producer.flush();
            }
        }
    }

    private static String acknowledgement(JsonNode change) throws Exception {
        var ack = JSON.createObjectNode();
        for (String name : List.of("decision_id", "sku", "channel", "price", "currency")) {
            ack.set(name, change.get(name));
        }
        ack.put("event_id", text(change, "decision_id") + "/applied");
        ack.put("status", "applied");
        ack.put("time", Instant.now().toString());
        return JSON.writeValueAsString(ack);
    }

    private static String text(JsonNode record, String name) {
        return record.get(name).asText();
    }

    private static String variable(String name, String usual) {
        return System.getenv().getOrDefault(name, usual);
    }
}
