// The dashboard by Grafana's own schema, strictly: no field is unknown or missing, every value is allowed. By hand,
// where Go is and its modules can be had:  cd tests/engines/grafana && go run . ../../../examples/monitoring/dashboard.json
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	plugins.RegisterDefaultPlugins()
	raw, err := os.ReadFile(os.Args[1])
	var read dashboard.Dashboard
	if err == nil {
		err = read.UnmarshalJSONStrict(raw)
	}
	if err == nil || err.Error() == "" { // an empty list of faults is an error, too
		err = read.Validate()
	}
	if err != nil && err.Error() != "" {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(len(read.Panels), "panels are as Grafana has them")
}
