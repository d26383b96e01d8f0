package io.ingot.hub.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.AccessToken;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.HubConfig;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our client against our Hub, over HTTP. */
class EmbeddedHubTest {
  private static final RepoId TINY = RepoId.model("acme/tiny");
  private static final RepoId OUT = RepoId.model("acme/out");

  @TempDir Path temp;
  private Path served;
  private byte[] weights;

  @BeforeEach
  void makeFolder() throws IOException {
    served = temp.resolve("serve");
    Path model = served.resolve("acme/tiny");
    Files.createDirectories(model.resolve("sub"));
    weights = new byte[300_000];
    new Random(7).nextBytes(weights);
    Files.write(model.resolve("model.safetensors"), weights);
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"llama\"}");
    Files.writeString(model.resolve("README.md"), "---\nlicense: apache-2.0\n---\n# tiny\n");
    Files.writeString(model.resolve("sub/ä b.txt"), "x");
  }

  private EmbeddedHub start(Optional<String> token) {
    return EmbeddedHub.start(served, temp.resolve("store"), 0, token);
  }

  private HubClient client(EmbeddedHub hub, Optional<String> token) {
    return new HubClient(
        new HubConfig(
            hub.uri(),
            token.map(t -> AccessToken.of(t, "the test")),
            temp.resolve("cache"),
            false,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10)));
  }

  @Test
  void downloadsWhatIsServed() throws IOException {
    try (EmbeddedHub hub = start(Optional.empty());
        HubClient client = client(hub, Optional.empty())) {
      RepoInfo info = client.info(TINY, "main");
      assertThat(info.commit()).matches("[0-9a-f]{40}");
      assertThat(info.tags()).contains("license:apache-2.0");
      assertThat(info.cardData().path("license").asText()).isEqualTo("apache-2.0");
      assertThat(info.files())
          .extracting(RepoFile::path)
          .containsExactlyInAnyOrder(
              "README.md", "config.json", "model.safetensors", "sub/ä b.txt");
      Path snapshot = client.download(info, f -> true, Progress.NONE);
      assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(weights);
      assertThat(snapshot.resolve("sub/ä b.txt")).hasContent("x");
      assertThat(Files.readSymbolicLink(snapshot.resolve("sub/ä b.txt")).toString())
          .startsWith("../../../blobs/");
      assertThat(Files.readString(temp.resolve("cache/models--acme--tiny/refs/main")))
          .isEqualTo(info.commit());
      assertThat(client.file(info, "none.txt")).isEmpty();
    }
  }

  @Test
  void commitsDependOnContentAlone() throws IOException {
    String first;
    try (EmbeddedHub hub = start(Optional.empty());
        HubClient client = client(hub, Optional.empty())) {
      first = client.info(TINY, "main").commit();
    }
    try (EmbeddedHub hub = EmbeddedHub.start(served, temp.resolve("another"), 0, Optional.empty());
        HubClient client = client(hub, Optional.empty())) {
      assertThat(client.info(TINY, "main").commit()).isEqualTo(first);
    }
  }

  @Test
  void keepsWhatIsPushed() throws IOException {
    Path file = Files.writeString(temp.resolve("a.txt"), "new");
    Path big = Files.write(temp.resolve("w.safetensors"), weights);
    List<Hub.Upload> uploads =
        List.of(new Hub.Upload("notes/a.txt", file), new Hub.Upload("w.safetensors", big));
    String commit;
    try (EmbeddedHub hub = start(Optional.of("hf_good"));
        HubClient client = client(hub, Optional.of("hf_good"))) {
      assertThat(client.create(OUT, true)).isTrue();
      assertThat(client.create(OUT, true)).isFalse();
      commit =
          client.commit(
              OUT,
              "main",
              Optional.empty(),
              "first\n\nIngot-Run: 1",
              uploads,
              List.of(),
              Progress.NONE);
      assertThat(
              client.commit(
                  OUT, "main", Optional.of(commit), "again", uploads, List.of(), Progress.NONE))
          .as("the same files make no commit")
          .isEqualTo(commit);
      assertThat(client.commits(OUT, "main"))
          .first()
          .isEqualTo(new Hub.Commit(commit, "first", "Ingot-Run: 1"));
      assertThat(client.whoami()).contains("ingot");
    }
    try (EmbeddedHub hub = start(Optional.of("hf_good"));
        HubClient client = client(hub, Optional.of("hf_good"));
        HubClient stranger = client(hub, Optional.empty())) {
      RepoInfo info = client.info(OUT, "main");
      assertThat(info.commit()).isEqualTo(commit);
      assertThat(info.isPrivate()).isTrue();
      Path snapshot = client.download(info, f -> true, Progress.NONE);
      assertThat(snapshot.resolve("notes/a.txt")).hasContent("new");
      assertThat(snapshot.resolve("w.safetensors")).hasBinaryContent(weights);
      assertThatThrownBy(() -> stranger.info(OUT, "main"))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
      String second =
          client.commit(
              OUT,
              "main",
              Optional.of(commit),
              "remove",
              List.of(),
              List.of("notes"),
              Progress.NONE);
      assertThat(client.info(OUT, "main").files())
          .extracting(RepoFile::path)
          .containsExactlyInAnyOrder(".gitattributes", "w.safetensors");
      assertThat(second).isNotEqualTo(commit);
      assertThatThrownBy(
              () ->
                  client.commit(
                      OUT, "main", Optional.of(commit), "late", uploads, List.of(), Progress.NONE))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT));
    }
  }

  @Test
  void refusesAPortThatIsTaken() {
    try (EmbeddedHub hub = start(Optional.empty())) {
      assertThatThrownBy(
              () ->
                  EmbeddedHub.start(
                      served, temp.resolve("other"), hub.uri().getPort(), Optional.empty()))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
          .hasMessageContaining(Integer.toString(hub.uri().getPort()));
      assertThatThrownBy(() -> start(Optional.empty()))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
          .hasMessageContaining("another process");
    }
  }

  @Test
  void readsTheEnvironment() {
    HubConfig config =
        HubConfig.of(
            Map.of(
                "HF_ENDPOINT", "http://hub.local:80/", "HF_HOME", "/x", "HF_TOKEN", "hf_secret"));
    assertThat(config.endpoint().toString()).isEqualTo("http://hub.local:80");
    assertThat(config.cache()).isEqualTo(Path.of("/x/hub"));
    assertThat(config.toString()).doesNotContain("hf_secret").contains("HF_TOKEN");
  }
}
