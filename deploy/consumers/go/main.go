// Shows Pricetide's prices, and acknowledges them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Change is what a shop needs of a record; prices are text: exact decimals, which floats are not.
type Change struct {
	DecisionID string `json:"decision_id"`
	Revision   int64  `json:"revision"`
	SKU        string `json:"sku"`
	Channel    string `json:"channel"`
	Price      string `json:"price"`
	Currency   string `json:"currency"`
}

// Ack says what the shop shows since when.
type Ack struct {
	EventID    string `json:"event_id"`
	DecisionID string `json:"decision_id"`
	SKU        string `json:"sku"`
	Channel    string `json:"channel"`
	Status     string `json:"status"`
	Price      string `json:"price"`
	Currency   string `json:"currency"`
	Time       string `json:"time"`
}

func variable(name, usual string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return usual
}

func main() {
	ctx := context.Background()
	// without a group, each start reads the newest price of every offer
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(variable("KAFKA", "localhost:9092"), ",")...),
		kgo.ConsumeTopics(variable("PRICES", "price-changes")),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	shown := map[[2]string]int64{} // in a shop, columns beside the price
	for {
		fetches := client.PollFetches(ctx)
		fetches.EachError(func(topic string, partition int32, err error) {
			log.Fatalf("%s %d: %v", topic, partition, err)
		})
		fetches.EachRecord(func(record *kgo.Record) {
			var change Change
			if err := json.Unmarshal(record.Value, &change); err != nil {
				log.Fatal(err)
			}
			offer := [2]string{change.SKU, change.Channel}
			if last, known := shown[offer]; known && change.Revision <= last {
				return
			}
			shown[offer] = change.Revision
			fmt.Println(change.SKU, change.Channel, change.Price)
			ack, _ := json.Marshal(Ack{
				change.DecisionID + "/applied", change.DecisionID, change.SKU, change.Channel,
				"applied", change.Price, change.Currency,
				time.Now().UTC().Format(time.RFC3339Nano),
			})
			client.Produce(ctx, &kgo.Record{
				Topic: variable("ACKS", "price-acks"), Key: []byte(change.SKU), Value: ack,
			}, func(_ *kgo.Record, err error) {
				if err != nil {
					log.Fatal(err)
				}
			})
		})
	}
}
