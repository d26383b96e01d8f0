package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.progress.Cancellation;
import io.ingot.progress.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges that are killed, that run out of space, or whose inputs change under their hands. */
class InterruptedMergeTest {
  private static final long SHARD = 600;
  private static final String RECIPE =
      "merge_method: dare_ties\nbase_model: base\nmodels:\n"
          + "  - {model: a, parameters: {weight: 0.6, density: 0.5}}\n"
          + "  - {model: b, parameters: {weight: 0.4, density: 0.7}}\n";
  private static final MergeOptions OPTIONS =
      MergeOptions.defaults().withThreads(1).withShardBytes(SHARD);

  @TempDir Path root;
  private Path out;

  @BeforeEach
  void models() {
    new TinyModel().of(0.5f).write(root.resolve("base"));
    new TinyModel().of(1).write(root.resolve("a"));
    new TinyModel().of(2).write(root.resolve("b"));
    out = root.resolve("out");
  }

  private Path hidden() {
    return root.resolve(".out.ingot-partial");
  }

  private static List<Path> weights(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  @Test
  void goesOnBehindAKillAndGivesTheSameBytes() throws Exception {
    Path whole = root.resolve("whole");
    GoldenMerge.run(root, RECIPE, OPTIONS, whole);
    int shards = weights(whole).size();
    assertThat(shards).isGreaterThan(5);
    List<FileTime> kept = new ArrayList<>();
    for (int tensors : new int[] {4, 11, 17}) {
      try (MergeProcess merge = MergeProcess.start(List.of(), root, RECIPE, out, SHARD)) {
        assertThat(merge.advance(tensors)).isTrue();
        merge.kill();
      }
      assertThat(out).doesNotExist();
      List<Path> finished = weights(hidden());
      assertThat(finished.size()).isBetween(1, shards - 1);
      for (Path shard : finished) {
        kept.add(Files.getLastModifiedTime(shard));
      }
      List<String> notes = new ArrayList<>();
      MergeSummary summary;
      try (Merger merger = GoldenMerge.open(root, RECIPE, OPTIONS.withResume(true))) {
        summary = merger.write(out, notes(notes), Cancellation.NONE);
      }
      assertThat(notes).anyMatch(n -> n.matches("\\d+ of 21 tensors are there already"));
      assertThat(summary.writtenBytes()).isBetween(1L, summary.bytes() - 1);
      for (int i = 0; i < finished.size(); i++) {
        Path shard = out.resolve(finished.get(i).getFileName());
        assertThat(Files.getLastModifiedTime(shard)).isEqualTo(kept.get(i));
      }
      kept.clear();
      assertSame(whole, summary);
      assertThat(hidden()).doesNotExist();
      io.ingot.model.OutputFolder.delete(out);
    }
  }

  private void assertSame(Path whole, MergeSummary summary) throws Exception {
    for (Path file : weights(whole)) {
      String name = file.getFileName().toString();
      assertThat(out.resolve(name)).hasSameBinaryContentAs(file);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        java.security.MessageDigest sha = java.security.MessageDigest.getInstance("SHA-256");
        sha.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        assertThat(summary.hashes())
            .containsEntry(name, java.util.HexFormat.of().formatHex(sha.digest()));
      }
    }
    assertThat(out.resolve("model.safetensors.index.json"))
        .hasSameTextualContentAs(whole.resolve("model.safetensors.index.json"));
  }

  private static Progress notes(List<String> notes) {
    return new Progress() {
      @Override
      public void begin(String label, long total, Unit unit) {}

      @Override
      public void advance(long amount) {}

      @Override
      public void detail(String text) {}

      @Override
      public void note(String line) {
        notes.add(line);
      }
    };
  }

  @Test
  void whatAnotherRecipeOrOtherInputsBeganIsNotTakenUp() throws Exception {
    try (MergeProcess merge = MergeProcess.start(List.of(), root, RECIPE, out, SHARD)) {
      merge.advance(11);
      merge.kill();
    }
    Path begun = Files.createDirectories(root.resolve("begun"));
    copy(hidden(), begun);
    Path shard = weights(hidden()).getFirst();
    byte[] before = Files.readAllBytes(shard);

    String other = RECIPE.replace("weight: 0.6", "weight: 0.9");
    GoldenMerge.run(root, other, OPTIONS.withResume(true), out);
    assertThat(Files.readAllBytes(out.resolve(shard.getFileName()))).isNotEqualTo(before);

    copy(begun, hidden());
    new TinyModel().of(9).write(root.resolve("a"));
    Path clean = root.resolve("clean");
    GoldenMerge.run(root, RECIPE, OPTIONS, clean);
    GoldenMerge.run(root, RECIPE, OPTIONS.withResume(true), out);
    for (Path file : weights(clean)) {
      assertThat(out.resolve(file.getFileName())).hasSameBinaryContentAs(file);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            to.resolve(file.getFileName()),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Test
  void twoMergesIntoOneFolderDoNotMix() throws Exception {
    try (MergeProcess merge = MergeProcess.start(List.of(), root, RECIPE, out, SHARD)) {
      assertThat(merge.advance(5)).isTrue();
      assertThatThrownBy(() -> GoldenMerge.run(root, RECIPE, OPTIONS, out))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFLICT))
          .hasMessageContaining("another process writes");
      assertThat(merge.finish()).contains("done");
    }
    assertThat(out).isDirectoryContaining("glob:**model.safetensors.index.json");
  }

  /** A limit on the size of files is what comes nearest to a full disk without one. */
  @Test
  void aFileThatCannotBeWrittenLeavesNoHalfFolder() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash");
    new TinyModel(1, 4096).of(1).write(root.resolve("base"));
    new TinyModel(1, 4096).of(2).write(root.resolve("a"));
    new TinyModel(1, 4096).of(3).write(root.resolve("b"));
    List<String> limit = List.of("/bin/bash", "-c", "ulimit -f 64; exec \"$@\"", "limited");
    try (MergeProcess merge = MergeProcess.start(limit, root, RECIPE, out, 0)) {
      assertThat(merge.finish()).contains("error: cannot write", "model.safetensors");
    }
    assertThat(out).doesNotExist();
    assertThat(hidden()).doesNotExist();
  }

  private void interrupted(int at, Change change, String... texts) {
    int[] polls = {0};
    try (Merger merger = GoldenMerge.open(root, RECIPE, OPTIONS)) {
      assertThatThrownBy(
              () ->
                  merger.write(
                      out,
                      Progress.NONE,
                      () -> {
                        if (++polls[0] == at) {
                          try {
                            change.make();
                          } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                          }
                        }
                      }))
          .isInstanceOfSatisfying(
              IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.FAILED))
          .hasMessageContainingAll(texts)
          .hasMessageContaining("Run it again when nobody writes to it");
    }
    assertThat(out).doesNotExist();
    assertThat(hidden()).doesNotExist();
  }

  private interface Change {
    void make() throws IOException;
  }

  private Path file() {
    return root.resolve("b/model.safetensors");
  }

  @Test
  void noticesAnInputThatIsWrittenTo() {
    interrupted(
        9,
        () -> {
          try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), channel.size() - 8);
          }
          // A file system may keep times in coarse steps.
          Files.setLastModifiedTime(file(), FileTime.fromMillis(1_000_000));
        },
        "b/model.safetensors changed while it was read",
        "its size is the same");
  }

  @Test
  void noticesAnInputThatGrows() {
    interrupted(
        9,
        () -> Files.write(file(), new byte[100], StandardOpenOption.APPEND),
        "b/model.safetensors changed while it was read",
        "bytes and has");
  }

  @Test
  void noticesAnInputThatIsCutOff() {
    interrupted(
        2,
        () -> {
          try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.truncate(100);
          }
        },
        "b/model.safetensors changed while it was read",
        "and has 100");
  }

  @Test
  void noticesAnInputThatIsReplacedOrGone() {
    interrupted(
        9,
        () -> {
          Path other = root.resolve("other");
          Files.copy(file(), other, StandardCopyOption.COPY_ATTRIBUTES);
          Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
        },
        "another file of the same size took its place");
    interrupted(9, () -> Files.delete(file()), "b/model.safetensors", "it is gone");
  }
}
