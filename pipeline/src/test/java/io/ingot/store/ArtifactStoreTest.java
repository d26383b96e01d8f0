package io.ingot.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactStoreTest {
  private static final Provenance PROVENANCE =
      new Provenance(
          "merge",
          1,
          JsonNodeFactory.instance.objectNode().put("weight", 0.5),
          new TreeMap<>(Map.of("base", "0".repeat(64))),
          new TreeMap<>(Map.of("ingot", "0.1.0")),
          1.5);

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ArtifactStore store;

  @BeforeEach
  void open() {
    store = new ArtifactStore(folder.resolve("artifacts"));
  }

  private Artifact publish(String name, Map<String, String> files) throws IOException {
    Path staged = store.stage(name);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = staged.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    return store.publish(staged, PROVENANCE);
  }

  @Test
  void namesAnArtifactByItsContent() throws IOException {
    Artifact artifact = publish("one", Map.of("config.json", "{}", "deep/er/weights", "abc"));
    assertThat(artifact.existed()).isFalse();
    assertThat(artifact.path()).isEqualTo(store.path(artifact.digest()));
    assertThat(store.list()).containsExactly(artifact.digest());
    Manifest manifest = Manifest.read(artifact.path());
    assertThat(manifest.digest()).isEqualTo(artifact.digest());
    assertThat(manifest.files())
        .extracting(StoredFile::path)
        .containsExactly("config.json", "deep/er/weights");
    assertThat(manifest.files().get(1).sha256())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(manifest.parameters()).isEqualTo(PROVENANCE.parameters());
    assertThat(store.check(artifact.digest()).ok()).isTrue();
    assertThat(ArtifactStore.verify(artifact.path()).ok()).isTrue();
  }

  @Test
  void leavesLogsAndMetricsOutOfTheName() throws IOException {
    Artifact one = publish("one", Map.of("weights", "abc", "metrics.jsonl", "1 s", "a/b.log", "x"));
    Artifact two = publish("two", Map.of("weights", "abc", "metrics.jsonl", "2 s"));
    assertThat(two.digest()).isEqualTo(one.digest());
    assertThat(two.existed()).isTrue();
    assertThat(publish("three", Map.of("weights", "abd")).digest()).isNotEqualTo(one.digest());
    assertThat(publish("four", Map.of("weight", "sabc")).digest()).isNotEqualTo(one.digest());
  }

  @Test
  void meetsAnotherProcessThatWasFaster() throws IOException {
    Artifact first = publish("one", Map.of("weights", "abc"));
    Artifact second = publish("two", Map.of("weights", "abc"));
    assertThat(second).isEqualTo(new Artifact(first.digest(), first.path(), true));
    assertThat(folder.resolve("artifacts/.staging")).isEmptyDirectory();
  }

  /** Why the store looks again after a failed move, instead of catching a telling exception. */
  @Test
  void hearsNothingTellingOfAnAtomicMoveOntoAFolder() throws IOException {
    Path from = Files.createDirectories(folder.resolve("from"));
    Path onto = Files.createDirectories(folder.resolve("onto"));
    Files.createFile(onto.resolve("file"));
    assertThatThrownBy(() -> Files.move(from, onto, StandardCopyOption.ATOMIC_MOVE))
        .isExactlyInstanceOf(FileSystemException.class);
  }

  @Test
  void noticesWhatChanged() throws IOException {
    Artifact artifact = publish("one", Map.of("weights", "abc", "config.json", "{}"));
    Path weights = artifact.path().resolve("weights");
    FileTime time = Files.getLastModifiedTime(weights);

    Files.setLastModifiedTime(weights, FileTime.fromMillis(1000));
    assertThat(store.check(artifact.digest()).ok()).as("only touched").isTrue();
    Files.writeString(weights, "abd");
    assertThat(store.check(artifact.digest()).reason()).contains("weights has another sha256");
    Files.setLastModifiedTime(weights, time);
    assertThat(store.check(artifact.digest()).ok()).as("a quick look sees no more").isTrue();
    assertThat(ArtifactStore.verify(artifact.path()).problems())
        .singleElement()
        .asString()
        .contains("weights has another sha256");
    Files.writeString(weights, "abcd");
    assertThat(store.check(artifact.digest()).reason())
        .isEqualTo("weights has 4 bytes instead of 3");
    Files.delete(weights);
    assertThat(store.check(artifact.digest()).reason()).isEqualTo("weights is missing");
    Files.writeString(artifact.path().resolve("extra"), "x");
    assertThat(store.check(artifact.digest()).problems()).contains("extra is not in the manifest");
    assertThat(store.check("f".repeat(64)).reason()).contains("is gone");
  }

  @Test
  void setsADamagedOneAsideAndPublishesAnew() throws IOException {
    Artifact artifact = publish("one", Map.of("weights", "abc"));
    Files.delete(artifact.path().resolve("weights"));
    Artifact again = publish("two", Map.of("weights", "abc"));
    assertThat(again.existed()).isFalse();
    assertThat(store.check(artifact.digest()).ok()).isTrue();
    assertThat(folder.resolve("artifacts/.damaged")).isNotEmptyDirectory();
  }

  @Test
  void followsLinksToFilesOutside() throws IOException {
    Path blob = Files.writeString(folder.resolve("blob"), "abc");
    Path staged = store.stage("pull");
    Files.createSymbolicLink(staged.resolve("weights"), blob);
    Artifact artifact = store.publish(staged, PROVENANCE);
    assertThat(artifact.digest())
        .isEqualTo(
            ContentDigest.ofFiles(
                List.of(new StoredFile("weights", 3, ContentDigest.ofFile(blob), 0))));
    assertThat(store.check(artifact.digest()).ok()).isTrue();
    assertThat(store.bytes(artifact.digest())).isLessThan(2000);
    Files.delete(blob);
    assertThat(store.check(artifact.digest()).reason()).contains("weights", "missing");
    store.delete(artifact.digest());
    assertThat(store.list()).isEmpty();
  }

  @Test
  void publishesNothingOutOfALinkThatLeadsNowhere() throws IOException {
    Path staged = store.stage("pull");
    Files.createSymbolicLink(staged.resolve("weights"), folder.resolve("nothing"));
    assertThatThrownBy(() -> store.publish(staged, PROVENANCE)).isInstanceOf(IOException.class);
    assertThat(store.list()).isEmpty();
  }

  @Test
  void refusesWhatIsNoManifest() throws IOException {
    assertThatThrownBy(() -> ArtifactStore.verify(folder))
        .isInstanceOf(IngotException.class)
        .hasMessageContaining("manifest.json");
    Files.writeString(folder.resolve("manifest.json"), "{\"format\":\"other\"}");
    assertThatThrownBy(() -> ArtifactStore.verify(folder)).hasMessageContaining("is no manifest");
    Files.writeString(folder.resolve("manifest.json"), "[1");
    assertThatThrownBy(() -> ArtifactStore.verify(folder)).hasMessageContaining("is no manifest");
    Files.writeString(
        folder.resolve("manifest.json"),
        """
        {"format":"ingot/artifact/v1","digest":"x","files":[{"path":"../../etc/passwd","bytes":1,"sha256":"","modified":0}]}
        """);
    assertThat(ArtifactStore.verify(folder).problems())
        .anyMatch(problem -> problem.contains("outside"));
  }
}
