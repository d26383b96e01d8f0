package io.ingot.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilePatternsTest {
  @ParameterizedTest
  @CsvSource({
    "*.json, a/config.json, true",
    "*.json, config.jsonl, false",
    "sub/, sub/a/b.txt, true",
    "sub/, subs/a, false",
    "a?c, abc, true",
    "q[0-9].gguf, q4.gguf, true",
    "q[!0-9].gguf, q4.gguf, false",
    "q[!0-9].gguf, qx.gguf, true",
    "a+(b).txt, a+(b).txt, true",
    "[ab.txt, [ab.txt, true",
    "x[^]y, x^y, true",
  })
  void matchesAsFnmatchDoes(String pattern, String path, boolean expected) {
    assertThat(new FilePatterns(List.of(pattern), List.of()).test(path)).isEqualTo(expected);
    assertThat(new FilePatterns(List.of(), List.of(pattern)).test(path)).isNotEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"*.gguf, *Q8*, m-Q8_0.gguf, false", "*.gguf, *Q8*, m-Q4_0.gguf, true"})
  void excludesFromWhatIsIncluded(String include, String exclude, String path, boolean expected) {
    assertThat(new FilePatterns(List.of(include), List.of(exclude)).test(path)).isEqualTo(expected);
  }
}
