package relay

import (
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// nodes are the other nodes of a cluster: names by server ID.
type nodes struct {
	reached map[string]string // at the last look
	missed  map[string]string // reached at the look before the last, but not at the last
}

// look tells the server which nodes were missing at two looks in a row. By itself, the server
// notices only minutes later that a node was killed, and until then counts that node's benches as
// connected and refuses them.
func (n *nodes) look(s *server.Server, system *nats.Conn) error {
	routes, err := s.Routez(nil)
	if err != nil {
		return fmt.Errorf("looking at the nodes of the cluster: %w", err)
	}
	reached := map[string]string{}
	for _, route := range routes.Routes {
		reached[route.RemoteID] = route.RemoteName
	}
	for id, name := range n.missed {
		if _, back := reached[id]; back {
			continue
		}
		if err := gone(system, id, name); err != nil {
			return err
		}
	}
	n.missed = map[string]string{}
	for id, name := range n.reached {
		if _, there := reached[id]; !there {
			n.missed[id] = name
		}
	}
	n.reached = reached
	return nil
}

// gone announces the shutdown of a node, as the node does itself unless it is killed. The next
// message of that node revokes it.
func gone(system *nats.Conn, id, name string) error {
	who, err := json.Marshal(server.ServerInfo{ID: id, Name: name})
	if err != nil {
		return err
	}
	return system.Publish("$SYS.SERVER."+id+".SHUTDOWN", who)
}
