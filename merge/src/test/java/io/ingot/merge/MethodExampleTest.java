package io.ingot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.MergeMethods;
import io.ingot.merge.recipe.RecipeReader;
import io.ingot.merge.recipe.RecipeReader.Reading;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the documentation are recipes that work. */
class MethodExampleTest {
  @TempDir static Path root;

  @BeforeAll
  static void models() throws IOException {
    for (String name : new String[] {"a", "b", "c", "base"}) {
      TinyModels.write(root.resolve(name), 32, name.hashCode());
    }
  }

  @TestFactory
  Stream<DynamicTest> everyExampleMerges() {
    return MergeMethods.all().stream()
        .map(method -> DynamicTest.dynamicTest(method.name(), () -> merges(method)));
  }

  private static void merges(MergeMethod method) throws Exception {
    Reading reading = RecipeReader.readAll("example", method.example()).getFirst();
    assertThat(reading.problems()).isEmpty();
    assertThat(Objects.requireNonNull(reading.recipe()).method()).isEqualTo(method.name());
    Path out = root.resolve("out-" + method.name());
    MergeOptions options = MergeOptions.defaults().withThreads(2);
    MergeSummary summary = GoldenMerge.run(root, method.example(), options, out);
    assertThat(summary.warnings()).isEmpty();
    try (TensorSource merged = GoldenMerge.weights(out)) {
      assertThat(merged.tensors()).hasSize(summary.tensors());
      for (TensorInfo info : merged.tensors().values()) {
        assertThat(merged.data(info.name()).byteSize()).isEqualTo(info.byteSize());
      }
    }
  }
}
