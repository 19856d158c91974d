package dev.catchment.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.base.Secret;
import dev.catchment.testkit.BothDatabases;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

final class FirstStartTest {
  @BothDatabases
  void anEmptyStoreGetsAnOrganizationAnEnvironmentAndOneKey(BothDatabases.Store store) {
    try (AccessNode node = new AccessNode(store, "a", new AccessNode.Clock(), false)) {
      FirstStart.Result result = node.firstStart("");

      assertThat(result.created()).isTrue();
      assertThat(result.key().reveal()).matches("hs_live_[0-9a-f]{64}");
      Caller caller = node.withKey(result.key()).require();
      assertThat(caller.scope()).isEqualTo(node.production());
      assertThat(caller.may("collections", true)).isTrue();
      ApiKey key =
          node.database
              .read(tx -> ApiKeys.list(tx, caller.scope().orgId(), ApiKey.Kind.GATEWAY, null, 9))
              .getFirst();
      assertThat(key.name()).isEqualTo("bootstrap");
      assertThat(key.prefix()).isEqualTo(result.key().reveal().substring(0, 12));
    }
  }

  @BothDatabases
  void aConfiguredKeyIsTakenAtTheFirstStartOnly(BothDatabases.Store store) {
    try (AccessNode node = new AccessNode(store, "a", new AccessNode.Clock(), false)) {
      assertThat(node.firstStart("chosen-by-the-operator").created()).isTrue();
      FirstStart.Result second = node.firstStart("another-one-later-on");

      assertThat(second.created()).isFalse();
      assertThat(second.key().reveal()).isEmpty();
      assertThat(node.withKey(new Secret("chosen-by-the-operator")))
          .isInstanceOf(Authentication.Known.class);
      assertThat(node.withKey(new Secret("another-one-later-on")))
          .isEqualTo(new Authentication.Unknown(true));
    }
  }

  @BothDatabases
  void ofManyStartsAtOnceExactlyOneFillsTheStore(BothDatabases.Store store) {
    List<AccessNode> nodes = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      nodes.add(new AccessNode(store, "a", new AccessNode.Clock(), false));
      // SQLite has one process; there both starts share its store.
      nodes.add(
          store.isPostgres()
              ? new AccessNode(store, "b", new AccessNode.Clock(), false)
              : nodes.getFirst());
      List<CompletableFuture<FirstStart.Result>> starts = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        AccessNode node = nodes.get(i % 2);
        starts.add(CompletableFuture.supplyAsync(() -> node.firstStart(""), threads));
      }
      List<FirstStart.Result> created =
          starts.stream().map(CompletableFuture::join).filter(FirstStart.Result::created).toList();

      assertThat(created).hasSize(1);
      for (AccessNode node : nodes) {
        assertThat(node.count("organizations")).isEqualTo(1);
        assertThat(node.count("environments")).isEqualTo(1);
        assertThat(node.count("api_keys")).isEqualTo(1);
        assertThat(node.withKey(created.getFirst().key())).isInstanceOf(Authentication.Known.class);
      }
    } finally {
      nodes.stream().distinct().forEach(AccessNode::close);
    }
  }
}
