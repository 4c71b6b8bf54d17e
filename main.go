// Command terraform-provider-ioneth serves the provider to Terraform.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	runtimedebug "runtime/debug"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/ioneth/terraform-provider-ioneth/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve until stopped, for a debugger; prints the variable that connects Terraform")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println(version)
		return
	}
	quietFrameworkLogs()
	collectLessOften()
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := provider.Serve(version, options...); err != nil {
		log.Fatal(err)
	}
}

// collectLessOften lets the heap grow to five times what is in use before it is
// collected, unless the user has set GOGC. The provider lives for one command, and
// collecting took a fifth of the processor time of a plan of 300 deployments.
func collectLessOften() {
	if os.Getenv("GOGC") == "" {
		runtimedebug.SetGCPercent(400)
	}
}

// quietFrameworkLogs turns the framework's own logs off unless the user asked
// for logs: it formats its TRACE lines even when they are not read, which is a
// third of the time of a large plan.
func quietFrameworkLogs() {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_IONETH", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		if os.Getenv(name) != "" {
			return
		}
	}
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		if err := os.Setenv(name, "OFF"); err != nil {
			log.Printf("could not set %s: %s", name, err)
		}
	}
}
