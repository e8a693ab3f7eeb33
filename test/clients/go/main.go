// golang.org/x/oauth2 with github.com/coreos/go-oidc, configured by ISSUER, CLIENT_ID, CLIENT_SECRET, DEVICE_CLIENT_ID and REDIRECT_URI.
// Speaks the lines of ../program.ts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var browser = bufio.NewReader(os.Stdin)

func say(line map[string]string) {
	_ = json.NewEncoder(os.Stdout).Encode(line)
}

func check(name string, run func() error) {
	if err := run(); err != nil {
		say(map[string]string{"failed": name, "why": err.Error()})
		return
	}
	say(map[string]string{"passed": name})
}

func main() {
	ctx := context.Background()
	issuer, id, secret := os.Getenv("ISSUER"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET")
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	config := oauth2.Config{
		ClientID:     id,
		ClientSecret: secret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  os.Getenv("REDIRECT_URI"),
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}
	var token *oauth2.Token

	check("code flow with PKCE, ID token by go-oidc, userinfo", func() error {
		state, nonce := "a state", "a nonce"
		verifier := oauth2.GenerateVerifier()
		address := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))
		say(map[string]string{"open": address})
		line, err := browser.ReadString('\n')
		if err != nil {
			return err
		}
		landed, err := url.Parse(strings.TrimSpace(line))
		if err != nil {
			return err
		}
		if landed.Query().Get("state") != state || landed.Query().Get("iss") != issuer {
			return fmt.Errorf("landed at %s", landed)
		}
		code := landed.Query().Get("code")
		if token, err = config.Exchange(ctx, code, oauth2.VerifierOption(verifier)); err != nil {
			return err
		}
		raw, _ := token.Extra("id_token").(string)
		claims, err := provider.Verifier(&oidc.Config{ClientID: id}).Verify(ctx, raw)
		if err != nil {
			return err
		}
		if claims.Nonce != nonce || claims.VerifyAccessToken(token.AccessToken) != nil && claims.AccessTokenHash != "" {
			return fmt.Errorf("nonce %q, at_hash %q", claims.Nonce, claims.AccessTokenHash)
		}
		about, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return err
		}
		if about.Email != "ada@example.com" || about.Subject != claims.Subject {
			return fmt.Errorf("userinfo %+v", about)
		}
		return nil
	})

	check("refresh", func() error {
		if token == nil {
			return fmt.Errorf("there is no token")
		}
		next, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err == nil && next.RefreshToken == token.RefreshToken {
			err = fmt.Errorf("the refresh token did not rotate")
		}
		return err
	})

	check("client credentials", func() error {
		own := clientcredentials.Config{
			ClientID:       id,
			ClientSecret:   secret,
			TokenURL:       provider.Endpoint().TokenURL,
			Scopes:         []string{"calendar.read"},
			EndpointParams: url.Values{"resource": {os.Getenv("RESOURCE")}},
		}
		got, err := own.Token(ctx)
		if err == nil && got.Extra("scope") != "calendar.read" {
			err = fmt.Errorf("scope %v", got.Extra("scope"))
		}
		return err
	})

	check("device flow", func() error {
		// x/oauth2 does not authenticate at the device authorization endpoint: its device flow is for public clients.
		device := config
		device.ClientID, device.ClientSecret = os.Getenv("DEVICE_CLIENT_ID"), ""
		device.Endpoint.AuthStyle = oauth2.AuthStyleInParams
		answer, err := device.DeviceAuth(ctx)
		if err != nil {
			return err
		}
		say(map[string]string{"open": answer.VerificationURIComplete})
		if _, err = browser.ReadString('\n'); err != nil {
			return err
		}
		_, err = device.DeviceAccessToken(ctx, answer)
		return err
	})
}
