using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>Random writes, one after the other, each with the answer and the one effect it must have.</summary>
/// <remarks>The cache they find may be old; what is written must not show it.</remarks>
internal sealed class Writes(Draw draw, Model model, ModelServer server)
{
    private static readonly string[] Colors = ["", "red", "blue"];

    private int _values;

    /// <summary>Any write of one object.</summary>
    public Task AnyAsync()
    {
        var (kind, ns, name) = (draw.Kind(), draw.Namespace(), draw.Name());
        return draw.Below(10) switch
        {
            < 4 => CreateAsync(kind, ns, name),
            < 6 => UpdateAsync(kind, ns, name),
            < 8 => PatchAsync(kind, ns, name),
            _ => DeleteAsync(kind, ns, name),
        };
    }

    /// <summary>Deletes what a label selector chooses; the cache must have come up to the store before.</summary>
    public async Task DeleteCollectionAsync()
    {
        var scope = new Scope(draw.Kind(), draw.Namespace(), draw.Of(Selector.Labels), Selector.Everything);
        var target = $"{scope.Path}?{scope.Query}";
        var answer = await server.SendAsync(HttpMethod.Delete, target, new JsonObject { ["gracePeriodSeconds"] = 0 }).OrMissing($"the answer to DELETE {target}");
        var gone = model.Of(scope.Kind).Newest.Where(item => scope.Includes(item.Value)).ToArray();
        var items = answer.Code == 200 ? answer.Body["items"]!.AsArray().Select(item => item!.AsObject()).ToArray() : [];
        if (answer.Code != 200 || !gone.Select(item => item.Key).SequenceEqual(items.Select(Objects.KeyOf))) throw Mismatch("DELETE", target, answer);
        foreach (var (key, last) in gone) Remove(scope.Kind, key, scope.Kind.IsMarkedFirst ? items.Single(item => Objects.KeyOf(item) == key) : last);
    }

    private async Task CreateAsync(Kind kind, string ns, string name)
    {
        var (key, obj) = ($"{ns}/{name}", kind.New(name, draw.Of(Colors), $"{++_values}", draw.Of(["", "n1", "n2"])));
        var answer = await SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{ns}/{kind}", obj);
        var exists = model.Of(kind).Newest.ContainsKey(key);
        if (exists) Refused(answer, 409, "AlreadyExists", $"POST {key}");
        else Written(kind, key, answer, 201, obj);
    }

    // The newest, an older or no version; changed or not.
    private async Task UpdateAsync(Kind kind, string ns, string name)
    {
        var (key, target) = ($"{ns}/{name}", $"/api/v1/namespaces/{ns}/{kind}/{name}");
        var current = model.Of(kind).Newest.GetValueOrDefault(key);
        var old = draw.Below(4) == 0 ? model.Of(kind).AnyVersion(draw.Random) : null;
        var basis = old is not null && Objects.KeyOf(old) == key ? old : current;
        var next = (basis ?? kind.New(name, "", "none", "")).With(obj => Change(obj, draw.Below(4) == 0 && basis is not null ? null : $"{++_values}"));
        if (basis == current && draw.Below(3) == 0) next["metadata"]!.AsObject().Remove("resourceVersion");

        var answer = await SendAsync(HttpMethod.Put, target, next);
        if (current is null) Refused(answer, 404, "NotFound", $"PUT {target}");
        else if (basis != current && Objects.VersionOf(basis!) != Objects.VersionOf(current)) Refused(answer, 409, "Conflict", $"PUT {target}");
        else Written(kind, key, answer, 200, next);
    }

    private async Task PatchAsync(Kind kind, string ns, string name)
    {
        var (key, target) = ($"{ns}/{name}", $"/api/v1/namespaces/{ns}/{kind}/{name}");
        var current = model.Of(kind).Newest.GetValueOrDefault(key);
        var metadata = new JsonObject { ["labels"] = new JsonObject { ["color"] = draw.Of([null, "red", "blue"]) } };
        if (draw.Below(2) == 0) metadata["annotations"] = new JsonObject { ["value"] = $"{++_values}" };
        var old = draw.Below(6) == 0 ? draw.Revision(model) : 0;
        if (old > 0) metadata["resourceVersion"] = $"{old}";

        var answer = await SendAsync(HttpMethod.Patch, target, new JsonObject { ["metadata"] = metadata }, "application/merge-patch+json");
        if (current is null) Refused(answer, 404, "NotFound", $"PATCH {target}");
        else if (old > 0 && old != Objects.VersionOf(current)) Refused(answer, 409, "Conflict", $"PATCH {target}");
        else Written(kind, key, answer, 200, current.With(obj => Merge(obj["metadata"]!.AsObject(), metadata)));
    }

    private async Task DeleteAsync(Kind kind, string ns, string name)
    {
        var (key, target) = ($"{ns}/{name}", $"/api/v1/namespaces/{ns}/{kind}/{name}");
        var current = model.Of(kind).Newest.GetValueOrDefault(key);
        var old = draw.Below(4) == 0 ? draw.Revision(model) : 0;
        var options = new JsonObject { ["gracePeriodSeconds"] = 0 };
        if (old > 0) options["preconditions"] = new JsonObject { ["resourceVersion"] = $"{old}" };

        var answer = await SendAsync(HttpMethod.Delete, target, options);
        if (current is null) Refused(answer, 404, "NotFound", $"DELETE {target}");
        else if (old > 0 && old != Objects.VersionOf(current)) Refused(answer, 409, "Conflict", $"DELETE {target}");
        else if (answer.Code != 200) throw Mismatch("DELETE", target, answer);
        else Remove(kind, key, kind.IsMarkedFirst ? answer.Body : current);
    }

    private Task<Answer> SendAsync(HttpMethod method, string target, JsonObject body, string type = "application/json") =>
        server.SendAsync(method, target, body, type).OrMissing($"the answer to {method} {target}");

    // A pod is marked, which is a change, and goes with the next.
    private void Remove(Kind kind, string key, JsonObject last)
    {
        if (kind.IsMarkedFirst) model.Write(kind, key, last.At(model.Now.Head + 1));
        if (kind.IsMarkedFirst && Objects.VersionOf(last) != model.Now.Head + 1) throw new MismatchException($"{key} is gone at {Objects.VersionOf(last)}, not {model.Now.Head + 1}");
        model.Write(kind, key, null);
    }

    // The next revision with what was asked for; or, when that is what was there, nothing at all.
    private void Written(Kind kind, string key, Answer answer, int code, JsonObject wanted)
    {
        var current = model.Of(kind).Newest.GetValueOrDefault(key);
        var isSame = current is not null && Aspect(current) == Aspect(wanted);
        if (answer.Code != code || Aspect(answer.Body) != Aspect(wanted)) throw Mismatch("write", key, answer);
        if (isSame ? !Objects.AreEqual(current!, answer.Body) : answer.Version != model.Now.Head + 1) throw Mismatch(isSame ? "write of nothing" : $"write at {model.Now.Head + 1}", key, answer);
        if (!isSame) model.Write(kind, key, answer.Body);
    }

    private static void Refused(Answer answer, int code, string reason, string what)
    {
        if ((answer.Code, answer.Reason) != (code, reason)) throw new MismatchException($"{what} is answered {answer}, not {code} {reason}");
    }

    private static void Change(JsonObject obj, string? value)
    {
        if (value is not null) obj["metadata"]!["annotations"]!["value"] = value;
    }

    private static void Merge(JsonObject into, JsonObject patch)
    {
        if (patch["annotations"]?["value"] is { } value) into["annotations"]!["value"] = value.DeepClone();
        into["labels"] = patch["labels"]!["color"] is { } color ? new JsonObject { ["color"] = color.DeepClone() } : null;
    }

    // What the calls change of an object.
    private static (string?, string?) Aspect(JsonObject obj) => ((string?)obj["metadata"]!["annotations"]?["value"], (string?)obj["metadata"]!["labels"]?["color"]);

    private static MismatchException Mismatch(string verb, string what, Answer answer) => new($"{verb} {what} is answered {answer}");
}
