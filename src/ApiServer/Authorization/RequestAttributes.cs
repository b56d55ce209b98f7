namespace MiniK8s.ApiServer.Authorization;

/// <summary>What a request wants to do, in the words rules are written in.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete or deletecollection; for paths the lower-case HTTP method.</param>
/// <param name="ApiGroup">"" is the core group.</param>
/// <param name="Resource">The plural, for example <c>pods</c>; "" for a path that is no resource.</param>
/// <param name="Subresource">"" or for example <c>status</c>.</param>
/// <param name="Namespace">"" for cluster scope or all namespaces.</param>
/// <param name="Name">"" for collections and creates.</param>
/// <param name="Path">For requests that are no resource, for example <c>/healthz</c>; else "".</param>
internal sealed record RequestAttributes(
    string Verb, string ApiGroup, string Resource, string Subresource, string Namespace, string Name, string Path = "")
{
    /// <summary>A collection read's field selector; rules about single names look into it.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>The attributes of a path that is no resource.</summary>
    public static RequestAttributes ForPath(string verb, string path) => new(verb, "", "", "", "", "", path);
}
