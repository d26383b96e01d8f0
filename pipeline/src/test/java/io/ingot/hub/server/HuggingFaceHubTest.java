package io.ingot.hub.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.PythonPeer;
import io.ingot.hub.Hub;
import io.ingot.hub.HubClient;
import io.ingot.hub.RepoFile;
import io.ingot.hub.RepoId;
import io.ingot.hub.RepoInfo;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified Python client against our Hub, and one cache for both. */
class HuggingFaceHubTest {
  @TempDir Path temp;
  private final byte[] weights = new byte[200_000];

  @BeforeEach
  void makeFolder() throws IOException {
    new Random(5).nextBytes(weights);
    Path model = temp.resolve("serve/acme/tiny");
    Files.createDirectories(model.resolve("sub"));
    Files.write(model.resolve("model.safetensors"), weights);
    Files.writeString(model.resolve("config.json"), "{}");
    Files.writeString(model.resolve("README.md"), "---\nlicense: mit\n---\n");
    Files.writeString(model.resolve("sub/ä b.txt"), "x");
    Files.writeString(model.resolve("sub/empty.txt"), "");
    Path rows = Files.createDirectories(temp.resolve("serve/datasets/acme/rows"));
    Files.writeString(rows.resolve("train.jsonl"), "{\"text\":\"a\"}\n");
  }

  private Map<String, String> environment(EmbeddedHub hub, String cache) {
    Map<String, String> environment = new HashMap<>();
    environment.put("HF_ENDPOINT", hub.uri().toString());
    environment.put("HF_HOME", temp.resolve(cache).toString());
    environment.put("HF_TOKEN", "hf_good");
    environment.put("HF_HUB_DISABLE_XET", "1");
    environment.put("HF_HUB_DISABLE_TELEMETRY", "1");
    environment.put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
    return environment;
  }

  @Test
  void writesTheSameCacheAndReadsEachOthers() throws Exception {
    PythonPeer python = PythonPeer.with("huggingface_hub");
    try (EmbeddedHub hub =
        EmbeddedHub.start(
            temp.resolve("serve"), temp.resolve("store"), 0, Optional.of("hf_good"))) {
      python.run(
          """
          import huggingface_hub as h
          h.snapshot_download("acme/tiny")
          h.snapshot_download("acme/rows", repo_type="dataset")
          """,
          environment(hub, "python"));
      try (HubClient client = HubClient.of(environment(hub, "java"))) {
        for (RepoId repo : List.of(RepoId.model("acme/tiny"), RepoId.dataset("acme/rows"))) {
          client.download(client.info(repo, "main"), f -> true, Progress.NONE);
        }
      }
      assertThat(contents(temp.resolve("java/hub")))
          .isEqualTo(contents(temp.resolve("python/hub")));
      Map<String, String> offline = environment(hub, "java");
      offline.put("HF_HUB_OFFLINE", "1");
      String path =
          python.run(
              "import huggingface_hub as h; print(h.snapshot_download('acme/tiny'))", offline);
      assertThat(Path.of(path.strip()).resolve("model.safetensors")).hasBinaryContent(weights);
      offline.put("HF_HOME", temp.resolve("python").toString());
      try (HubClient client = HubClient.of(offline)) {
        RepoInfo info = client.info(RepoId.model("acme/tiny"), "main");
        assertThat(info.cardData().path("license").asText()).isEqualTo("mit");
        assertThat(client.download(info, f -> true, Progress.NONE).resolve("model.safetensors"))
            .hasBinaryContent(weights);
      }
    }
  }

  @Test
  void uploadsAreReadByTheOther() throws Exception {
    PythonPeer python = PythonPeer.with("huggingface_hub");
    try (EmbeddedHub hub =
            EmbeddedHub.start(
                temp.resolve("serve"), temp.resolve("store"), 0, Optional.of("hf_good"));
        HubClient client = HubClient.of(environment(hub, "java"))) {
      String oid =
          python
              .run(
                  """
                  import sys, huggingface_hub as h
                  api = h.HfApi()
                  api.create_repo("acme/data", repo_type="dataset", private=True)
                  c = api.upload_folder(repo_id="acme/data", repo_type="dataset",
                      folder_path=sys.argv[1], commit_message="from Python")
                  api.create_tag("acme/data", repo_type="dataset", tag="v1")
                  api.delete_folder("sub", repo_id="acme/data", repo_type="dataset")
                  assert [f.path for f in api.list_repo_tree("acme/data", repo_type="dataset",
                      revision="v1", recursive=True) if hasattr(f, "tree_id")] == ["sub"]
                  assert [r.name for r in api.list_repo_refs("acme/data",
                      repo_type="dataset").tags] == ["v1"]
                  print(c.oid)
                  """,
                  environment(hub, "python"),
                  temp.resolve("serve/acme/tiny"))
              .strip();
      RepoId data = RepoId.dataset("acme/data");
      RepoInfo first = client.info(data, "v1");
      assertThat(first.commit()).isEqualTo(oid);
      assertThat(client.download(first, f -> true, Progress.NONE).resolve("sub/ä b.txt"))
          .hasContent("x");
      assertThat(client.info(data, "main").files())
          .extracting(RepoFile::path)
          .noneMatch(p -> p.startsWith("sub/"));
      Path file = Files.writeString(temp.resolve("new.txt"), "from Java");
      client.commit(
          data,
          "main",
          Optional.empty(),
          "from Java",
          List.of(new Hub.Upload("new.txt", file)),
          List.of(),
          Progress.NONE);
      String seen =
          python.run(
              """
              import huggingface_hub as h
              print(open(h.hf_hub_download("acme/data", "new.txt", repo_type="dataset")).read())
              print([c.title for c in h.HfApi().list_repo_commits("acme/data", repo_type="dataset")])
              """,
              environment(hub, "python"));
      assertThat(seen.lines())
          .containsExactly(
              "from Java",
              "['from Java', 'Delete folder sub with huggingface_hub', 'from Python', 'initial"
                  + " commit']");
    }
  }

  /** Everything in the cache by name: contents of files, targets of links. */
  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : walk.toList()) {
        String name = root.relativize(path).toString();
        if (name.startsWith(".locks")) {
          continue;
        }
        if (Files.isSymbolicLink(path)) {
          contents.put(name, "-> " + Files.readSymbolicLink(path));
        } else if (Files.isRegularFile(path)) {
          contents.put(
              name,
              new String(Files.readAllBytes(path), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
      }
    }
    return contents;
  }
}
