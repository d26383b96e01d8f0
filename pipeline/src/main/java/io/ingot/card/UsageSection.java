package io.ingot.card;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Commands and code with the real names of repository and files. */
final class UsageSection implements Section {
  @Override
  public String write(CardFacts facts) {
    StringBuilder text = new StringBuilder("## How to use\n\n");
    facts.main().ifPresent(model -> text.append(python(facts, model)));
    preferred(facts).ifPresent(file -> text.append(llamaCpp(facts, file)));
    return text.toString();
  }

  private static String python(CardFacts facts, CardFacts.ModelFacts model) {
    StringBuilder code = new StringBuilder();
    String repository = facts.repository().orElse(".");
    String loader = model.adapter() ? "AutoPeftModelForCausalLM" : "AutoModelForCausalLM";
    if (model.adapter()) {
      code.append("from peft import AutoPeftModelForCausalLM\n")
          .append("from transformers import AutoTokenizer\n\n");
    } else {
      code.append("from transformers import AutoModelForCausalLM, AutoTokenizer\n\n");
    }
    String tokenizer =
        model.adapter() && !facts.bases().isEmpty()
            ? facts.bases().getFirst().repository()
            : repository;
    code.append("tokenizer = AutoTokenizer.from_pretrained(\"%s\")\n".formatted(tokenizer));
    code.append("model = %s.from_pretrained(\"%s\")\n".formatted(loader, repository));
    if (model.chatTemplate().isPresent()) {
      code.append("messages = [{\"role\": \"user\", \"content\": \"Hello\"}]\n")
          .append("inputs = tokenizer.apply_chat_template(\n")
          .append(
              "    messages, add_generation_prompt=True, return_tensors=\"pt\", return_dict=True\n")
          .append(")\n");
    } else {
      code.append("inputs = tokenizer(\"Hello\", return_tensors=\"pt\")\n");
    }
    code.append("output = model.generate(**inputs, max_new_tokens=128)\n")
        .append(
            "print(tokenizer.decode(output[0][inputs[\"input_ids\"].shape[1]:], skip_special_tokens=True))\n");
    String where = facts.repository().isPresent() ? "" : "Started in the folder of this card.\n\n";
    return "With transformers"
        + (model.adapter() ? " and PEFT" : "")
        + ":\n\n"
        + where
        + Markdown.fence("python", code.toString())
        + "\n";
  }

  /** A middle-sized file that most people want, else the smallest. */
  private static Optional<CardFacts.PublishedFile> preferred(CardFacts facts) {
    return facts.gguf().stream()
        .filter(file -> file.path().toUpperCase(Locale.ROOT).contains("Q4_K_M"))
        .findFirst()
        .or(
            () ->
                facts.gguf().stream()
                    .min(Comparator.comparingLong(CardFacts.PublishedFile::bytes)));
  }

  private static String llamaCpp(CardFacts facts, CardFacts.PublishedFile file) {
    String fetch =
        facts
            .repository()
            .map(repo -> "hf download %s %s --local-dir .\n".formatted(repo, file.path()))
            .orElse("");
    boolean chat = facts.main().flatMap(CardFacts.ModelFacts::chatTemplate).isPresent();
    return "With llama.cpp:\n\n"
        + Markdown.fence(
            "sh",
            fetch
                + "llama-cli -m %s%s -p \"Hello\" -n 128"
                    .formatted(file.path(), chat ? " -cnv" : ""))
        + "\n";
  }
}
