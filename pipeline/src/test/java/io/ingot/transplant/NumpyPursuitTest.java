package io.ingot.transplant;

import static org.assertj.core.api.Assertions.assertThat;

import io.ingot.PythonPeer;
import io.ingot.cli.Ingot;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a whole transplant against orthogonal matching pursuit by least squares in numpy. */
class NumpyPursuitTest {
  private static final String MAKE =
      """
      import sys, json, os, numpy as np
      from safetensors.numpy import save_file
      rng = np.random.default_rng(2)
      tokens = [f"t{i}" for i in range(400)]
      def save(name, names, width):
          folder = f"{sys.argv[1]}/{name}"
          os.makedirs(folder)
          vocabulary = {t: i for i, t in enumerate(names)}
          json.dump({"model": {"vocab": vocabulary}}, open(f"{folder}/tokenizer.json", "w"))
          json.dump({"architectures": ["TestForCausalLM"], "vocab_size": len(names)},
                    open(f"{folder}/config.json", "w"))
          rows = rng.standard_normal((len(names), width)) @ np.diag(np.arange(1, width + 1) ** -0.5)
          save_file({"model.embed_tokens.weight": rows.astype(np.float32)},
                    f"{folder}/model.safetensors")
      save("model", tokens[:300][::-1], 48)
      save("donor", tokens, 64)
      """;

  private static final String CHECK =
      """
      import sys, json, numpy as np
      from safetensors.numpy import load_file
      k = 12
      def rows(name):
          return load_file(f"{sys.argv[1]}/{name}/model.safetensors")["model.embed_tokens.weight"].astype(np.float64)
      model, donor, made = rows("model")[::-1], rows("donor"), rows("out")
      worst = np.abs(made[:300] - model).max()
      assert worst == 0, worst
      shared = donor[:300]
      errors = []
      for token in range(300, 400):
          target, chosen, residual = donor[token], [], donor[token]
          for _ in range(k):
              products = np.abs(shared @ residual)
              products[chosen] = -1
              chosen.append(int(products.argmax()))
              weights = np.linalg.lstsq(shared[chosen].T, target, rcond=None)[0]
              residual = target - weights @ shared[chosen]
          errors.append(np.abs(weights @ model[chosen] - made[token]).max())
      print(max(errors))
      """;

  @TempDir Path dir;

  @Test
  void rowsAreThoseOfNumpy() throws Exception {
    PythonPeer python = PythonPeer.with("numpy", "safetensors");
    python.run(MAKE, Map.of(), dir);
    StringWriter err = new StringWriter();
    int code =
        Ingot.execute(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err),
            Map.of(),
            false,
            "tokensurgeon",
            dir.resolve("model").toString(),
            dir.resolve("donor").toString(),
            dir.resolve("out").toString(),
            "-k",
            "12");
    assertThat(code).as(err.toString()).isZero();
    assertThat(Double.parseDouble(python.run(CHECK, Map.of(), dir).strip())).isLessThan(1e-4);
  }
}
