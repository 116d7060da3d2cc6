// Package dirigent is for writing a Dirigent task plugin in Go: a function from an input to an output, or to a named
// error.
//
//	package main
//
//	import "dirigent"
//
//	type Order struct {
//		Price    int `json:"price"`
//		Quantity int `json:"quantity"`
//	}
//
//	type Priced struct {
//		Total int `json:"total"`
//	}
//
//	func price(ctx dirigent.Context, order Order) (Priced, error) {
//		if order.Quantity == 0 {
//			return Priced{}, dirigent.Fail("Order.Empty", "nothing to price")
//		}
//		return Priced{Total: order.Price * order.Quantity}, nil
//	}
//
//	func init() { dirigent.Handle(price) }
//
//	func main() {}
//
// The host calls the function once in a fresh instance. What it guarantees and limits is written in the contract, the
// WIT package dirigent:task. The packages keyvalue, config, journal and wasihttp reach the rest of what a host offers;
// log and log/slog write to the task's log.
package dirigent
