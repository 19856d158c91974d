package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.catchment.base.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PermissionsTest {
  private static final Scope SCOPE = new Scope("0".repeat(32), "1".repeat(32));

  @ParameterizedTest
  @CsvSource({
    "*,                             collections,  true,  true",
    "*,                             auth,         false, false",
    "*,                             auth,         true,  false",
    "*,                             members,      false, false",
    "*,                             organization, false, true",
    "*,                             organization, true,  false",
    "read,                          sources,      false, true",
    "read,                          sources,      true,  false",
    "read,                          members,      false, false",
    "collections:read,              collections,  false, true",
    "collections:read,              collections,  true,  false",
    "collections:read,              collection,   false, false",
    "collections:read,              sources,      false, false",
    "collections:write,             collections,  false, true",
    "collections:write,             collections,  true,  true",
    "organization:write,            organization, true,  false",
    "auth:write,                    auth,         true,  false",
    "feeds:moderate,                feeds,        false, true",
    "feeds:moderate,                feeds,        true,  false",
    "feeds:moderate,                collections,  false, false",
    "'a:read b:write',              b,            true,  true",
    "'a:read,b:write',              b,            true,  true",
    "' , a:read ,\tb:write ',       a,            false, true",
    "'',                            sources,      false, false",
    "READ,                          sources,      false, false",
    "write,                         sources,      true,  false",
  })
  void aKeyMayWhatItsScopesSay(String scopes, String segment, boolean write, boolean may) {
    Caller caller =
        new Caller(SCOPE, new Caller.Via.Key("k", ScopeWords.parse(scopes), Long.MAX_VALUE), false);
    assertThat(caller.may(segment, write)).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({
    "owner,     auth,         true,  true",
    "admin,     members,      true,  true",
    "admin,     organization, true,  true",
    "member,    sources,      true,  true",
    "member,    auth,         false, false",
    "member,    members,      false, false",
    "member,    environments, false, true",
    "member,    environments, true,  false",
    "member,    organization, true,  false",
    "member,    session,      true,  true",
    "moderator, feeds,        false, true",
    "moderator, feeds,        true,  false",
    "viewer,    events,       false, true",
    "viewer,    replay,       true,  false",
    "viewer,    session,      true,  true",
    "viewer,    auth,         false, false",
  })
  void aPersonMayWhatTheirRoleSays(String role, String segment, boolean write, boolean may) {
    assertThat(session(role).may(segment, write)).isEqualTo(may);
  }

  @ParameterizedTest
  @CsvSource({"owner,true", "admin,true", "member,true", "moderator,true", "viewer,false"})
  void everyoneButViewersModeratesFeeds(String role, boolean moderates) {
    assertThat(session(role).mayModerateFeeds()).isEqualTo(moderates);
  }

  @ParameterizedTest
  @CsvSource({
    "*,true",
    "feeds:moderate,true",
    "feeds:write,true",
    "feeds:read,false",
    "read,false"
  })
  void aKeyModeratesFeedsByScope(String scopes, boolean moderates) {
    Caller caller =
        new Caller(SCOPE, new Caller.Via.Key("k", ScopeWords.parse(scopes), Long.MAX_VALUE), false);
    assertThat(caller.mayModerateFeeds()).isEqualTo(moderates);
  }

  @Test
  void onlyTheSessionOfAnOwnerOrAdministratorManagesKeys() {
    Caller key =
        new Caller(SCOPE, new Caller.Via.Key("k", ScopeWords.parse("*"), Long.MAX_VALUE), false);
    assertThatThrownBy(key::governor).hasMessage("API keys cannot manage API keys");
    assertThatThrownBy(() -> key.require("auth", false))
        .hasMessage("API keys cannot manage API keys");
    assertThatThrownBy(() -> key.require("members", false)).hasMessage("Forbidden");
    assertThatThrownBy(() -> session("member").governor()).hasMessage("Forbidden");
    assertThat(session("admin").governor().userId()).isEqualTo("u");
  }

  private static Caller session(String role) {
    return new Caller(
        SCOPE, new Caller.Via.Session("s", "u", Role.of(role).orElseThrow(), Long.MAX_VALUE), true);
  }
}
