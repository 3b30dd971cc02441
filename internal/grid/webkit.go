package grid

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/corsproof/corsproof/internal/group"
)

// Relay is the TOML by which a node gives away the one session of a WebKitWebDriver,
// which it starts, with a display. Both end with the test.
func (g *Grid) Relay(t testing.TB) string {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	xvfb := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset")
	xvfb.ExtraFiles = []*os.File{write}
	g.run(t, xvfb)
	write.Close()
	number, err := io.ReadAll(read)
	require.NoError(t, err)

	port := freePorts(t, 1)[0]
	driver := exec.Command("WebKitWebDriver", "--host=127.0.0.1", fmt.Sprintf("--port=%d", port))
	driver.Env = append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(string(number)), "WAYLAND_DISPLAY=", "GDK_BACKEND=x11",
		"DBUS_SESSION_BUS_ADDRESS=disabled:", "TMPDIR="+g.temp, "XDG_CACHE_HOME="+g.temp, "XDG_DATA_HOME="+g.temp, "XDG_CONFIG_HOME="+g.temp)
	g.run(t, driver)
	await(t, "WebKitWebDriver", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return fmt.Sprintf(`
[relay]
url = "http://127.0.0.1:%d"
status-endpoint = "/status"
configs = ["1", '{"browserName": "MiniBrowser", "platformName": "linux"}']
`, port)
}

// run runs a program until the test ends.
func (g *Grid) run(t testing.TB, cmd *exec.Cmd) {
	group.Own(cmd)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		group.Kill(cmd.Process)
		cmd.Wait()
	})
}
