# One image for every process of the cluster; the command says which one runs.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN eng/restore && dotnet publish src/Lab -c Release -o /minik8s

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /minik8s
COPY --from=build /minik8s .
ENTRYPOINT ["dotnet"]
