package caas

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkDecodeDeployment(b *testing.B) {
	body := []byte(deploymentReply)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var d Deployment
		if err := decode(body, &d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePage(b *testing.B) {
	body := []byte(pageReply(100))
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if rows, err := decodeList[DeploymentItem](body, "deployments"); err != nil || len(rows) != 100 {
			b.Fatal(len(rows), err)
		}
	}
}

func BenchmarkDecodeContainers(b *testing.B) {
	row := `{"device_id":"d","container_id":"c","hardware":"H100","brand_name":"NVIDIA","created_at":"2026-01-02T03:04:05Z","uptime_percent":99.5,
"gpus_per_container":8,"status":"running","public_url":"https://x","container_events":[{"time":"2026-01-02T03:04:05Z","message":"container scheduled"}]},`
	body := []byte(`{"data":{"total":16,"workers":[` + strings.TrimSuffix(strings.Repeat(row, 16), ",") + `]}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if rows, err := decodeList[Container](body, "workers"); err != nil || len(rows) != 16 {
			b.Fatal(len(rows), err)
		}
	}
}

// BenchmarkClean is a text of the API's, where many deployments have secrets.
func BenchmarkClean(b *testing.B) {
	for _, n := range []int{2, 20, 200, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := &secrets{}
			for i := range n {
				s.add(fmt.Sprintf("secret-value-of-variable-%d", i))
			}
			text := strings.Repeat("pulling the image, with secret-value-of-variable-1 in it; ", 4)
			b.ReportAllocs()
			for b.Loop() {
				printable(s.redact(text))
			}
		})
	}
}
