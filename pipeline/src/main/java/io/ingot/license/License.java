package io.ingot.license;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The terms of one license, as read from {@code configs/licenses/ID.yaml}: what it grants, what it
 * asks for, and by which words its text is recognized. Facts, not legal advice.
 *
 * @param id identifier of the Hub, or our own where the Hub has none
 * @param hub whether the Hub accepts {@code id} as {@code license:}
 * @param spdx identifier of SPDX, where there is one
 * @param policy address of the acceptable use policy
 * @param aliases values of {@code license_name} that mean it
 * @param models repository names, {@code *} standing for anything, that are known to carry it
 * @param derivatives whether fine-tunes, merges and quantizations may be passed on
 * @param share how much of it the result must stay under
 * @param shareInto licenses under which a share-alike work may be passed on instead
 * @param restrictions what it forbids or demands beyond attribution; a share-alike license admits
 *     no partner with more of them
 * @param incompatible licenses that cannot be met together with it
 * @param company why a company may not distribute
 * @param outputs what training on outputs of such a model means
 * @param ship names of the files that travel along
 * @param notice verbatim line for the notice file
 * @param display verbatim line to show; <code>{name}</code> stands for the model's name
 * @param credit whether creator, link and changes must be named
 * @param changes clause that asks to say what was changed
 * @param flow clause whose restrictions must bind the users of the result
 * @param documentation clause that asks for documentation
 * @param gate whether upstream asks users to accept terms before a download
 * @param text phrases, in lower case, that all stand in its text
 */
public record License(
    String id,
    String name,
    boolean hub,
    Optional<String> spdx,
    Optional<String> url,
    Optional<String> policy,
    List<String> aliases,
    List<String> models,
    boolean derivatives,
    Commercial commercial,
    Share share,
    List<String> shareInto,
    List<String> restrictions,
    List<String> incompatible,
    Optional<Improving> improving,
    Optional<Naming> naming,
    Optional<Territory> territory,
    Optional<String> company,
    Outputs outputs,
    List<String> ship,
    Optional<String> notice,
    Optional<String> display,
    boolean credit,
    Optional<String> changes,
    Optional<String> flow,
    Optional<String> documentation,
    List<Limit> limits,
    List<String> warnings,
    boolean gate,
    List<String> clauses,
    Confidence confidence,
    List<String> text) {
  /** Whether the result may be used to earn money. */
  public enum Commercial {
    YES,
    LIMITED,
    NO
  }

  /** How far the license reaches into what is made of the work. */
  public enum Share {
    /** Other terms may be put around it. */
    NONE,
    /** Meant for files or libraries; what it means for weights is unsettled. */
    WEAK,
    /** Some clauses must bind whoever receives the result. */
    FLOW,
    /** The result is under this license and no other. */
    FULL
  }

  /** What it means for a model to be trained on outputs of a model under this license. */
  public enum Outputs {
    FREE,
    /** The license's lines must be shown. */
    DISPLAY,
    /** The naming rule reaches over. */
    NAMING,
    /** The result may count as a derivative. */
    DERIVATIVE,
    /** The limits of use reach over. */
    TAINT,
    /** Forbidden outside of the family. */
    BANNED
  }

  /** Where the facts come from. */
  public enum Confidence {
    /** The text was read for this catalog. */
    TEXT,
    /** A well-known text. */
    KNOWN,
    /** Reports about the text. */
    REPORTED
  }

  /**
   * No other models may be improved with it.
   *
   * @param family identifiers of licenses whose models may be improved
   * @param uncertain identifiers where the text leaves it open
   */
  public record Improving(List<String> family, List<String> uncertain, String clause) {
    public Improving(List<String> family, @Nullable List<String> uncertain, String clause) {
      this.family = List.copyOf(family);
      this.uncertain = uncertain == null ? List.of() : List.copyOf(uncertain);
      this.clause = clause;
    }
  }

  /** The name of the result must begin with {@code prefix}. */
  public record Naming(String prefix, String clause) {
    /** Whether a repository name (after the slash) follows the rule; case matters. */
    public boolean accepts(String name) {
      String[] words = prefix.split(" ");
      StringBuilder expression = new StringBuilder();
      for (int i = 0; i < words.length; i++) {
        expression.append(i == 0 ? "" : "[ ._-]?").append(Pattern.quote(words[i]));
      }
      return Pattern.compile(expression.toString()).matcher(name).lookingAt();
    }

    /** The nearest name that follows the rule. */
    public String propose(String name) {
      String written = prefix.replace(' ', '-');
      String tail = name.replaceFirst("(?i)^(meta-?)?" + Pattern.quote(written) + "[ ._-]*", "");
      return tail.isEmpty() ? written : written + "-" + tail;
    }
  }

  /**
   * Countries whose people and companies get no grant.
   *
   * @param excluded ISO 3166 codes, {@code EU} for the members of the Union
   * @param only expression that a model's name must contain for the rule to apply
   */
  public record Territory(List<String> excluded, Optional<String> only, String clause) {}

  /**
   * A limit that users must be told of.
   *
   * @param users monthly active users beyond which another license is needed
   */
  public record Limit(String text, Optional<Long> users) {}

  /** Whether it asks for no more than to keep notices. */
  public boolean permissive() {
    return share == Share.NONE && restrictions.isEmpty() && derivatives;
  }

  @Override
  public String toString() {
    return id;
  }
}
