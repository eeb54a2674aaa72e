package benchpages

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
)

// A door lets those in who have the token. A cookie says that they had it; it is worth
// nothing once the program has ended.
type door struct {
	config Config
	cookie string // what it holds
}

func newDoor(c Config) door {
	mac := hmac.New(sha256.New, []byte(rand.Text()))
	mac.Write([]byte(c.Token))
	return door{c, hex.EncodeToString(mac.Sum(nil))}
}

// cookieName has a prefix by which a browser takes the cookie from this host and by HTTPS only.
func (d door) cookieName() string {
	if d.config.Secure {
		return "__Host-tray"
	}
	return "tray"
}

// guards lets only those see the pages who have been let in.
func (d door) guards(inside http.Handler) http.Handler {
	if d.config.Token == "" {
		return inside
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie(d.cookieName())
		switch {
		case err == nil && same(cookie.Value, d.cookie):
			inside.ServeHTTP(w, r)
		case r.URL.Path == "/":
			http.Redirect(w, r, "/enter", http.StatusSeeOther)
		default:
			show(w, http.StatusUnauthorized, "enter", enterView{Words: "The token is needed first."})
		}
	})
}

type enterView struct{ Words string }

// ask shows the form for the token, and lets those in whose address holds it.
func (d door) ask(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("token") {
		d.letIn(w, r, r.URL.Query().Get("token"))
		return
	}
	show(w, http.StatusOK, "enter", enterView{})
}

func (d door) enter(w http.ResponseWriter, r *http.Request) {
	d.letIn(w, r, r.PostFormValue("token"))
}

func (d door) letIn(w http.ResponseWriter, r *http.Request, token string) {
	if !same(token, d.config.Token) {
		show(w, http.StatusForbidden, "enter", enterView{Words: "This is not the token."})
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: d.cookieName(), Value: d.cookie, Path: "/", HttpOnly: true, Secure: d.config.Secure, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// same compares secrets in a time that tells nothing of them.
func same(a, b string) bool {
	sumA, sumB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(sumA[:], sumB[:]) == 1
}
