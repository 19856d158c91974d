package dev.catchment.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.catchment.testkit.BothDatabases;
import java.util.List;

/** A collection is found by its id and by its slug. */
final class CollectionNamesTest {
  @BothDatabases
  void theSlugNamesACollectionInEveryPath(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String id = node.collection("customers", source);
      String slug = node.get("/v1/collections/" + id).text("collection", "slug");

      assertThat(slug).isNotEqualTo(id);
      assertThat(node.get("/v1/collections/" + slug).text("collection", "id")).isEqualTo(id);
      assertThat(node.get("/v1/collections/" + slug + "/records").size("records")).isZero();
      assertThat(node.get("/v1/collections/" + slug + "/records/k").text("error"))
          .isEqualTo("Record not found");
      assertThat(node.patch("/v1/collections/" + slug, "{\"name\":\"N\"}").text("collection", "id"))
          .isEqualTo(id);
      assertThat(node.delete("/v1/collections/" + slug).status()).isEqualTo(200);
      for (String path : List.of(slug, id, slug + "/records", "Customers", "col_" + slug)) {
        assertThat(node.get("/v1/collections/" + path).text("error"))
            .isEqualTo("Collection not found");
      }
    }
  }

  @BothDatabases
  void anIdGoesBeforeASlugThatLooksLikeIt(BothDatabases.Store store) throws Exception {
    try (ApiNode node = new ApiNode(store)) {
      String source = node.source("s");
      String id = node.collection("one", source);
      String disguised = node.collection(id, source);
      String free = "0".repeat(32);
      String named = node.collection(free, source);

      assertThat(node.get("/v1/collections/" + id).text("collection", "id")).isEqualTo(id);
      assertThat(node.get("/v1/collections/" + disguised).text("collection", "slug")).isEqualTo(id);
      assertThat(node.get("/v1/collections/" + free).text("collection", "id")).isEqualTo(named);
    }
  }
}
